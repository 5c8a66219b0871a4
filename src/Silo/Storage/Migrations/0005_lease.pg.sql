-- The leases of cells, a row each, written about twice a second: half-empty pages keep such writes within the page.
CREATE TABLE granary_lease
(
    cell text NOT NULL,
    -- As in the state; for people and for the query of what has ended.
    standing text NOT NULL,
    state text NOT NULL,

    CONSTRAINT pk_granary_lease PRIMARY KEY (cell)
) WITH (fillfactor = 50);

-- Everyone who may judge a lease: one row.
CREATE TABLE granary_roster
(
    only_one boolean NOT NULL DEFAULT true,
    state text NOT NULL,

    CONSTRAINT pk_granary_roster PRIMARY KEY (only_one),
    CONSTRAINT ck_granary_roster CHECK (only_one)
);

INSERT INTO granary_roster (state) VALUES ('{"Version":0,"Members":{}}');
