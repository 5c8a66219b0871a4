-- The lease of each cell. Rewritten every second, so its pages keep room for the next version of a row.
CREATE TABLE granary_lease
(
    cell text NOT NULL,
    -- That of the state, so that ended leases are found without reading all.
    standing text NOT NULL,
    state text NOT NULL,

    CONSTRAINT pk_granary_lease PRIMARY KEY (cell)
)
WITH (fillfactor = 50);

-- Everyone who may judge a lease: one row, which is locked before any lease by whoever changes it or judges by it.
CREATE TABLE granary_roster
(
    only_one boolean NOT NULL DEFAULT true,
    state text NOT NULL,

    CONSTRAINT pk_granary_roster PRIMARY KEY (only_one),
    CONSTRAINT ck_granary_roster CHECK (only_one)
);

INSERT INTO granary_roster (state) VALUES ('{"Version":0,"Members":{}}');
