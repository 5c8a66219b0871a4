-- Not unique any more: the primary key already is, over the same key. An insert that meets another of the same grain at the same instant
-- takes the way of ON CONFLICT only for the primary key; a second unique index made it fail with a duplicate instead.
CREATE INDEX ix_granary_item_guid ON OrleansStorage (GrainTypeString, item_guid) WHERE item_guid IS NOT NULL;
DROP INDEX ix_granary_item;
