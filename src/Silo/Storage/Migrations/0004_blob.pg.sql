-- Uploads and droplets. Whatever silo takes bits, every cell can have them, and they outlive every host.
CREATE TABLE granary_blob_piece
(
    content uuid NOT NULL,
    -- Where the piece begins, in bytes; the pieces of a content follow each other without a gap.
    start bigint NOT NULL,
    bytes bytea NOT NULL,

    CONSTRAINT pk_granary_blob_piece PRIMARY KEY (content, start)
);

-- Archives are packed already.
ALTER TABLE granary_blob_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- What is on its way, and for some time the answer that a repeated end of an upload gets.
CREATE TABLE granary_blob_upload
(
    upload uuid NOT NULL,
    content uuid NOT NULL,
    size_bytes bigint NOT NULL,
    -- Set when the upload has ended.
    digest text NULL,
    -- Microseconds since 1970, UTC.
    touched_at bigint NOT NULL,

    CONSTRAINT pk_granary_blob_upload PRIMARY KEY (upload)
);

CREATE INDEX ix_granary_blob_upload_touched ON granary_blob_upload (touched_at);

-- What is complete.
CREATE TABLE granary_blob
(
    digest text NOT NULL,
    content uuid NOT NULL,
    size_bytes bigint NOT NULL,

    CONSTRAINT pk_granary_blob PRIMARY KEY (digest)
);

CREATE INDEX ix_granary_blob_content ON granary_blob (content);
