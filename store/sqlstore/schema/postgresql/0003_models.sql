-- By what engines decided beside what is stored: each model once, by its digest.
CREATE TABLE durward_models (
	digest text COLLATE "C" NOT NULL PRIMARY KEY,   -- SHA-256 of the encoding, 64 hexadecimal digits
	encoding text COLLATE "C" NOT NULL              -- JSON
);

-- Which model was in force, in the order in which they came: from the commit of
-- from_revision on, or at happened_at where that was while from_revision was the
-- latest. Without a digest nobody knows.
CREATE TABLE durward_models_in_force (
	number bigint NOT NULL PRIMARY KEY,
	from_revision bigint NOT NULL,
	happened_at timestamptz,
	digest text COLLATE "C" REFERENCES durward_models (digest)
);
CREATE INDEX durward_models_in_force_from_revision ON durward_models_in_force (from_revision);

-- What was in force over the revisions that are there already was not kept.
INSERT INTO durward_models_in_force (number, from_revision) SELECT 0, 0 FROM durward_state WHERE revision > 0;

INSERT INTO durward_migrations (number) VALUES (3);
