-- What operators said of feature flags; of the others nobody said anything.
CREATE TABLE granary_feature_flag
(
    name text NOT NULL,
    is_enabled boolean NOT NULL,
    message text NULL,
    updated_at bigint NOT NULL,

    CONSTRAINT pk_granary_feature_flag PRIMARY KEY (name)
);
