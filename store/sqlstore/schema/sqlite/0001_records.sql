-- Durward's records on SQLite 3.37 or later. Names begin with durward_ or with
-- what the host chose in its place. Instants are UTC to the microsecond, such as
-- 2026-04-20T12:00:00.123456Z, and sort as text; 0 and 1 are false and true.

CREATE TABLE durward_migrations (
	number INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- One row. Every commit writes it, so that there is one after the other.
CREATE TABLE durward_state (
	only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
	revision INTEGER NOT NULL,         -- of the latest commit
	changes INTEGER NOT NULL,          -- how many the feed keeps
	dropped INTEGER NOT NULL,          -- the latest revision that the feed keeps no longer
	messages INTEGER NOT NULL,         -- ID of the latest message
	attempt_versions INTEGER NOT NULL  -- the latest version of any row of attempts
) STRICT;

CREATE TABLE durward_changes (
	revision INTEGER NOT NULL,
	kind TEXT NOT NULL,
	id TEXT NOT NULL,
	organization TEXT NOT NULL,        -- of a grant
	PRIMARY KEY (revision, kind, id, organization)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_entities (
	id TEXT NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	parent TEXT REFERENCES durward_entities (id),
	title TEXT NOT NULL,
	revision INTEGER NOT NULL
) STRICT;
CREATE INDEX durward_entities_parent ON durward_entities (parent, id);
CREATE INDEX durward_entities_kind ON durward_entities (kind, id);

CREATE TABLE durward_entity_links (
	entity TEXT NOT NULL REFERENCES durward_entities (id) ON DELETE CASCADE,
	place INTEGER NOT NULL,
	name TEXT NOT NULL,
	target TEXT NOT NULL REFERENCES durward_entities (id),
	PRIMARY KEY (entity, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX durward_entity_links_target ON durward_entity_links (target, entity);

CREATE TABLE durward_classes (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	second_factor INTEGER NOT NULL,
	revision INTEGER NOT NULL
) STRICT;

CREATE TABLE durward_organizations (
	entity TEXT NOT NULL PRIMARY KEY REFERENCES durward_entities (id),
	class TEXT NOT NULL,
	default_role TEXT NOT NULL,
	closed INTEGER NOT NULL,
	link_role TEXT NOT NULL,           -- of the standing link
	link_epoch INTEGER NOT NULL,
	link_open INTEGER NOT NULL,
	revision INTEGER NOT NULL
) STRICT;
CREATE INDEX durward_organizations_class ON durward_organizations (class, entity);
CREATE INDEX durward_organizations_link_role ON durward_organizations (link_role, entity);

CREATE TABLE durward_allowed_roles (
	organization TEXT NOT NULL REFERENCES durward_organizations (entity) ON DELETE CASCADE,
	place INTEGER NOT NULL,
	role TEXT NOT NULL,
	PRIMARY KEY (organization, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX durward_allowed_roles_role ON durward_allowed_roles (role, organization);

CREATE TABLE durward_roles (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	owner TEXT NOT NULL,
	description TEXT NOT NULL,
	revision INTEGER NOT NULL
) STRICT;
CREATE INDEX durward_roles_type ON durward_roles (type, id);
CREATE INDEX durward_roles_owner ON durward_roles (owner, id);

CREATE TABLE durward_role_permissions (
	role TEXT NOT NULL REFERENCES durward_roles (id) ON DELETE CASCADE,
	path TEXT NOT NULL,
	permission TEXT NOT NULL,          -- Restrict, Read, Modify or actions: view+create
	set_by TEXT NOT NULL,
	set_revision INTEGER NOT NULL,
	PRIMARY KEY (role, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_acls (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	owner TEXT NOT NULL,
	description TEXT NOT NULL,
	system_default INTEGER NOT NULL,
	revision INTEGER NOT NULL
) STRICT;
CREATE INDEX durward_acls_type ON durward_acls (type, id);
CREATE INDEX durward_acls_owner ON durward_acls (owner, id);

CREATE TABLE durward_acl_permissions (
	acl TEXT NOT NULL REFERENCES durward_acls (id) ON DELETE CASCADE,
	place INTEGER NOT NULL,
	operations TEXT NOT NULL,          -- select+update
	object TEXT NOT NULL,
	attribute TEXT NOT NULL,
	PRIMARY KEY (acl, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_acl_components (
	acl TEXT NOT NULL REFERENCES durward_acls (id) ON DELETE CASCADE,
	place INTEGER NOT NULL,
	component TEXT NOT NULL,
	PRIMARY KEY (acl, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX durward_acl_components_component ON durward_acl_components (component, acl);

CREATE TABLE durward_acl_visible_to (
	acl TEXT NOT NULL REFERENCES durward_acls (id) ON DELETE CASCADE,
	place INTEGER NOT NULL,
	entity TEXT NOT NULL,
	PRIMARY KEY (acl, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_individuals (
	id TEXT NOT NULL PRIMARY KEY,
	provider TEXT NOT NULL,
	realm TEXT NOT NULL,
	role_type TEXT NOT NULL,
	organization TEXT NOT NULL,
	login TEXT NOT NULL,
	canonical_login TEXT,              -- unique in its realm; NULL: no login
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	contact TEXT NOT NULL,
	activation TEXT,                   -- a date: the first day, in zone
	expiration TEXT,                   -- a date: the day after the last
	zone TEXT NOT NULL,
	language TEXT NOT NULL,
	anywhere INTEGER NOT NULL,         -- no restriction of addresses
	second_factor TEXT NOT NULL,       -- yes, no, as the class defines
	enrolled INTEGER NOT NULL,
	disabled INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX durward_individuals_login ON durward_individuals (provider, realm, canonical_login);
CREATE INDEX durward_individuals_organization ON durward_individuals (organization, id);
CREATE INDEX durward_individuals_role_type ON durward_individuals (role_type, id);

-- Where an individual may come from. No rows, and not anywhere: from nowhere.
CREATE TABLE durward_allow_list (
	individual TEXT NOT NULL REFERENCES durward_individuals (id) ON DELETE CASCADE,
	place INTEGER NOT NULL,
	entry TEXT NOT NULL,               -- an address, a network or first-last
	PRIMARY KEY (individual, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_grants (
	individual TEXT NOT NULL REFERENCES durward_individuals (id),
	organization TEXT NOT NULL REFERENCES durward_organizations (entity),
	role TEXT NOT NULL,                -- '': nothing is granted
	role_revision INTEGER NOT NULL,    -- of the last grant into the slot, kept when it is cleared
	role_by TEXT NOT NULL,
	role_system TEXT NOT NULL,         -- host, roles, ACLs
	acl TEXT NOT NULL,
	acl_revision INTEGER NOT NULL,
	acl_by TEXT NOT NULL,
	acl_system TEXT NOT NULL,
	revision INTEGER NOT NULL,
	PRIMARY KEY (individual, organization)
) STRICT, WITHOUT ROWID;
CREATE INDEX durward_grants_organization ON durward_grants (organization, individual);
CREATE INDEX durward_grants_role ON durward_grants (role, individual, organization);
CREATE INDEX durward_grants_acl ON durward_grants (acl, individual, organization);

-- The entities that a grant is narrowed to. No rows: not narrowed.
CREATE TABLE durward_grant_scope (
	individual TEXT NOT NULL,
	organization TEXT NOT NULL,
	place INTEGER NOT NULL,
	entity TEXT NOT NULL,
	PRIMARY KEY (individual, organization, place),
	FOREIGN KEY (individual, organization) REFERENCES durward_grants (individual, organization) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_credentials (
	individual TEXT NOT NULL PRIMARY KEY REFERENCES durward_individuals (id) ON DELETE CASCADE,
	password TEXT NOT NULL,            -- the hash in PHC form; '': none
	meets_alone INTEGER NOT NULL,
	must_change INTEGER NOT NULL,
	password_off INTEGER NOT NULL,
	second_factor_off INTEGER NOT NULL,
	sealed_key BLOB,
	recovery TEXT NOT NULL,            -- hashes of the recovery codes; '': none
	revision INTEGER NOT NULL
) STRICT;

CREATE TABLE durward_tokens (
	selector TEXT NOT NULL PRIMARY KEY,
	verifier_hash BLOB NOT NULL,
	purpose TEXT NOT NULL,
	individual TEXT REFERENCES durward_individuals (id) ON DELETE CASCADE,
	organization TEXT REFERENCES durward_organizations (entity) ON DELETE CASCADE,
	email TEXT NOT NULL,
	epoch INTEGER NOT NULL,
	created TEXT,
	expires TEXT,                      -- NULL: never
	sealed BLOB,
	revision INTEGER NOT NULL
) STRICT;
CREATE INDEX durward_tokens_individual ON durward_tokens (individual, selector);
CREATE INDEX durward_tokens_organization ON durward_tokens (organization, selector);
CREATE INDEX durward_tokens_expires ON durward_tokens (expires);

CREATE TABLE durward_messages (
	id INTEGER NOT NULL PRIMARY KEY,
	individual TEXT NOT NULL,
	organization TEXT NOT NULL,
	purpose TEXT NOT NULL,
	language TEXT NOT NULL,
	sealed BLOB NOT NULL,
	created TEXT,
	not_before TEXT,                   -- NULL: at once
	tries INTEGER NOT NULL,
	last_error TEXT NOT NULL,
	version INTEGER NOT NULL
) STRICT;
CREATE INDEX durward_messages_due ON durward_messages (not_before, id);

CREATE TABLE durward_attempts (
	provider TEXT NOT NULL,
	realm TEXT NOT NULL,
	login TEXT NOT NULL,
	factor TEXT NOT NULL,
	network TEXT NOT NULL,
	failures INTEGER NOT NULL,
	not_before TEXT,
	last_failure TEXT,
	last_success TEXT,
	latest TEXT,                       -- of the three
	switched_off INTEGER NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (provider, realm, login, factor, network)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX durward_attempts_version ON durward_attempts (version);
CREATE INDEX durward_attempts_latest ON durward_attempts (switched_off, latest);

-- The last one-time code step that was accepted. It outlives its individual.
CREATE TABLE durward_steps (
	individual TEXT NOT NULL PRIMARY KEY,
	step INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The two audit chains: what they begin after, and their heads. No hash: the
-- start of a chain.
CREATE TABLE durward_chains (
	chain TEXT NOT NULL PRIMARY KEY,
	start_sequence INTEGER NOT NULL,
	start_hash BLOB,
	head_sequence INTEGER NOT NULL,
	head_hash BLOB
) STRICT, WITHOUT ROWID;

-- Values of events are JSON: {"plain": ...}, {"personal": ...}, {"secret": ...}.
CREATE TABLE durward_events (
	chain TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	happened_at TEXT NOT NULL,
	actor_kind TEXT NOT NULL,
	actor TEXT NOT NULL,
	on_behalf_of_kind TEXT NOT NULL,
	on_behalf_of TEXT NOT NULL,
	organization TEXT NOT NULL,
	subject TEXT NOT NULL,
	action TEXT NOT NULL,
	realm TEXT NOT NULL,
	node TEXT NOT NULL,
	object TEXT NOT NULL,
	address TEXT,
	surface TEXT NOT NULL,
	outcome TEXT NOT NULL,
	reason TEXT NOT NULL,
	note TEXT,
	previous_hash BLOB NOT NULL,
	hash BLOB NOT NULL,
	PRIMARY KEY (chain, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX durward_events_organization ON durward_events (chain, organization, sequence);
CREATE INDEX durward_events_subject ON durward_events (chain, subject, sequence);
CREATE INDEX durward_events_actor ON durward_events (chain, actor, sequence);
CREATE INDEX durward_events_on_behalf_of ON durward_events (chain, on_behalf_of, sequence);
CREATE INDEX durward_events_happened_at ON durward_events (chain, happened_at);

CREATE TABLE durward_event_changes (
	chain TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	place INTEGER NOT NULL,
	field TEXT NOT NULL,
	value_before TEXT,
	value_after TEXT,
	PRIMARY KEY (chain, sequence, place),
	FOREIGN KEY (chain, sequence) REFERENCES durward_events (chain, sequence) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_event_attributes (
	chain TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	place INTEGER NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (chain, sequence, place),
	FOREIGN KEY (chain, sequence) REFERENCES durward_events (chain, sequence) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

INSERT INTO durward_state (only_row, revision, changes, dropped, messages, attempt_versions) VALUES (1, 0, 0, 0, 0, 0);
INSERT INTO durward_chains (chain, start_sequence, head_sequence) VALUES ('changes', 0, 0);
INSERT INTO durward_chains (chain, start_sequence, head_sequence) VALUES ('sign-ins', 0, 0);
INSERT INTO durward_migrations (number) VALUES (1);
