-- Durward's records on PostgreSQL. Names begin with durward_ or with what the host
-- chose in its place. Text is compared byte by byte, whatever the database's
-- collation is.

CREATE TABLE durward_migrations (
	number integer NOT NULL PRIMARY KEY
);

-- One row. Every commit writes it, so that there is one after the other.
CREATE TABLE durward_state (
	only_row integer NOT NULL PRIMARY KEY CHECK (only_row = 1),
	revision bigint NOT NULL,                -- of the latest commit
	changes bigint NOT NULL,                 -- how many the feed keeps
	dropped bigint NOT NULL,                 -- the latest revision that the feed keeps no longer
	messages bigint NOT NULL                 -- ID of the latest message
);

CREATE TABLE durward_changes (
	revision bigint NOT NULL,
	kind text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,  -- of a grant
	PRIMARY KEY (revision, kind, id, organization)
);

CREATE TABLE durward_entities (
	id text COLLATE "C" NOT NULL PRIMARY KEY,
	kind text COLLATE "C" NOT NULL,
	parent text COLLATE "C" REFERENCES durward_entities (id),
	title text COLLATE "C" NOT NULL,
	revision bigint NOT NULL
);
CREATE INDEX durward_entities_parent ON durward_entities (parent, id);
CREATE INDEX durward_entities_kind ON durward_entities (kind, id);

CREATE TABLE durward_entity_links (
	entity text COLLATE "C" NOT NULL REFERENCES durward_entities (id) ON DELETE CASCADE,
	place integer NOT NULL,
	name text COLLATE "C" NOT NULL,
	target text COLLATE "C" NOT NULL REFERENCES durward_entities (id),
	PRIMARY KEY (entity, place)
);
CREATE INDEX durward_entity_links_target ON durward_entity_links (target, entity);

CREATE TABLE durward_classes (
	id text COLLATE "C" NOT NULL PRIMARY KEY,
	name text COLLATE "C" NOT NULL,
	second_factor boolean NOT NULL,
	revision bigint NOT NULL
);

CREATE TABLE durward_organizations (
	entity text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES durward_entities (id),
	class text COLLATE "C" NOT NULL,
	default_role text COLLATE "C" NOT NULL,
	closed boolean NOT NULL,
	link_role text COLLATE "C" NOT NULL,     -- of the standing link
	link_epoch bigint NOT NULL,
	link_open boolean NOT NULL,
	revision bigint NOT NULL
);
CREATE INDEX durward_organizations_class ON durward_organizations (class, entity);
CREATE INDEX durward_organizations_link_role ON durward_organizations (link_role, entity);

CREATE TABLE durward_allowed_roles (
	organization text COLLATE "C" NOT NULL REFERENCES durward_organizations (entity) ON DELETE CASCADE,
	place integer NOT NULL,
	role text COLLATE "C" NOT NULL,
	PRIMARY KEY (organization, place)
);
CREATE INDEX durward_allowed_roles_role ON durward_allowed_roles (role, organization);

CREATE TABLE durward_roles (
	id text COLLATE "C" NOT NULL PRIMARY KEY,
	name text COLLATE "C" NOT NULL,
	type text COLLATE "C" NOT NULL,
	owner text COLLATE "C" NOT NULL,
	description text COLLATE "C" NOT NULL,
	revision bigint NOT NULL
);
CREATE INDEX durward_roles_type ON durward_roles (type, id);
CREATE INDEX durward_roles_owner ON durward_roles (owner, id);

CREATE TABLE durward_role_permissions (
	role text COLLATE "C" NOT NULL REFERENCES durward_roles (id) ON DELETE CASCADE,
	path text COLLATE "C" NOT NULL,
	permission text COLLATE "C" NOT NULL,    -- Restrict, Read, Modify or actions: view+create
	set_by text COLLATE "C" NOT NULL,
	set_revision bigint NOT NULL,
	PRIMARY KEY (role, path)
);

CREATE TABLE durward_acls (
	id text COLLATE "C" NOT NULL PRIMARY KEY,
	name text COLLATE "C" NOT NULL,
	type text COLLATE "C" NOT NULL,
	owner text COLLATE "C" NOT NULL,
	description text COLLATE "C" NOT NULL,
	system_default boolean NOT NULL,
	revision bigint NOT NULL
);
CREATE INDEX durward_acls_type ON durward_acls (type, id);
CREATE INDEX durward_acls_owner ON durward_acls (owner, id);

CREATE TABLE durward_acl_permissions (
	acl text COLLATE "C" NOT NULL REFERENCES durward_acls (id) ON DELETE CASCADE,
	place integer NOT NULL,
	operations text COLLATE "C" NOT NULL,    -- select+update
	object text COLLATE "C" NOT NULL,
	attribute text COLLATE "C" NOT NULL,
	PRIMARY KEY (acl, place)
);

CREATE TABLE durward_acl_components (
	acl text COLLATE "C" NOT NULL REFERENCES durward_acls (id) ON DELETE CASCADE,
	place integer NOT NULL,
	component text COLLATE "C" NOT NULL,
	PRIMARY KEY (acl, place)
);
CREATE INDEX durward_acl_components_component ON durward_acl_components (component, acl);

CREATE TABLE durward_acl_visible_to (
	acl text COLLATE "C" NOT NULL REFERENCES durward_acls (id) ON DELETE CASCADE,
	place integer NOT NULL,
	entity text COLLATE "C" NOT NULL,
	PRIMARY KEY (acl, place)
);

CREATE TABLE durward_individuals (
	id text COLLATE "C" NOT NULL PRIMARY KEY,
	provider text COLLATE "C" NOT NULL,
	realm text COLLATE "C" NOT NULL,
	role_type text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	login text COLLATE "C" NOT NULL,
	canonical_login text COLLATE "C",        -- unique in its realm; NULL: no login
	name text COLLATE "C" NOT NULL,
	email text COLLATE "C" NOT NULL,
	contact text COLLATE "C" NOT NULL,
	activation date,                         -- a date: the first day, in zone
	expiration date,                         -- a date: the day after the last
	zone text COLLATE "C" NOT NULL,
	language text COLLATE "C" NOT NULL,
	anywhere boolean NOT NULL,               -- no restriction of addresses
	second_factor text COLLATE "C" NOT NULL, -- yes, no, as the class defines
	enrolled boolean NOT NULL,
	disabled boolean NOT NULL,
	epoch bigint NOT NULL,
	revision bigint NOT NULL
);
CREATE UNIQUE INDEX durward_individuals_login ON durward_individuals (provider, realm, canonical_login);
CREATE INDEX durward_individuals_organization ON durward_individuals (organization, id);
CREATE INDEX durward_individuals_role_type ON durward_individuals (role_type, id);

-- Where an individual may come from. No rows, and not anywhere: from nowhere.
CREATE TABLE durward_allow_list (
	individual text COLLATE "C" NOT NULL REFERENCES durward_individuals (id) ON DELETE CASCADE,
	place integer NOT NULL,
	entry text COLLATE "C" NOT NULL,         -- an address, a network or first-last
	PRIMARY KEY (individual, place)
);

CREATE TABLE durward_grants (
	individual text COLLATE "C" NOT NULL REFERENCES durward_individuals (id),
	organization text COLLATE "C" NOT NULL REFERENCES durward_organizations (entity),
	role text COLLATE "C" NOT NULL,          -- '': nothing is granted
	role_revision bigint NOT NULL,           -- of the last grant into the slot, kept when it is cleared
	role_by text COLLATE "C" NOT NULL,
	role_system text COLLATE "C" NOT NULL,   -- host, roles, ACLs
	acl text COLLATE "C" NOT NULL,
	acl_revision bigint NOT NULL,
	acl_by text COLLATE "C" NOT NULL,
	acl_system text COLLATE "C" NOT NULL,
	revision bigint NOT NULL,
	PRIMARY KEY (individual, organization)
);
CREATE INDEX durward_grants_organization ON durward_grants (organization, individual);
CREATE INDEX durward_grants_role ON durward_grants (role, individual, organization);
CREATE INDEX durward_grants_acl ON durward_grants (acl, individual, organization);

-- The entities that a grant is narrowed to. No rows: not narrowed.
CREATE TABLE durward_grant_scope (
	individual text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	entity text COLLATE "C" NOT NULL,
	PRIMARY KEY (individual, organization, place),
	FOREIGN KEY (individual, organization) REFERENCES durward_grants (individual, organization) ON DELETE CASCADE
);

CREATE TABLE durward_credentials (
	individual text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES durward_individuals (id) ON DELETE CASCADE,
	password text COLLATE "C" NOT NULL,      -- the hash in PHC form; '': none
	meets_alone boolean NOT NULL,
	must_change boolean NOT NULL,
	password_off boolean NOT NULL,
	second_factor_off boolean NOT NULL,
	sealed_key bytea,
	recovery text COLLATE "C" NOT NULL,      -- hashes of the recovery codes; '': none
	revision bigint NOT NULL
);

CREATE TABLE durward_tokens (
	selector text COLLATE "C" NOT NULL PRIMARY KEY,
	verifier_hash bytea NOT NULL,
	purpose text COLLATE "C" NOT NULL,
	individual text COLLATE "C" REFERENCES durward_individuals (id) ON DELETE CASCADE,
	organization text COLLATE "C" REFERENCES durward_organizations (entity) ON DELETE CASCADE,
	email text COLLATE "C" NOT NULL,
	epoch bigint NOT NULL,
	created timestamptz,
	expires timestamptz,                     -- NULL: never
	sealed bytea,
	revision bigint NOT NULL
);
CREATE INDEX durward_tokens_individual ON durward_tokens (individual, selector);
CREATE INDEX durward_tokens_organization ON durward_tokens (organization, selector);
CREATE INDEX durward_tokens_expires ON durward_tokens (expires);

CREATE TABLE durward_messages (
	id bigint NOT NULL PRIMARY KEY,
	individual text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	purpose text COLLATE "C" NOT NULL,
	language text COLLATE "C" NOT NULL,
	sealed bytea NOT NULL,
	created timestamptz,
	not_before timestamptz,                  -- NULL: at once
	tries bigint NOT NULL,
	last_error text COLLATE "C" NOT NULL,
	version bigint NOT NULL
);
CREATE INDEX durward_messages_due ON durward_messages (not_before NULLS FIRST, id);

-- The versions of rows of attempts. None comes twice.
CREATE SEQUENCE durward_attempt_versions;

CREATE TABLE durward_attempts (
	provider text COLLATE "C" NOT NULL,
	realm text COLLATE "C" NOT NULL,
	login text COLLATE "C" NOT NULL,
	factor text COLLATE "C" NOT NULL,
	network text COLLATE "C" NOT NULL,
	failures bigint NOT NULL,
	not_before timestamptz,
	last_failure timestamptz,
	last_success timestamptz,
	latest timestamptz,                      -- of the three
	switched_off boolean NOT NULL,
	version bigint NOT NULL,
	PRIMARY KEY (provider, realm, login, factor, network)
);
CREATE UNIQUE INDEX durward_attempts_version ON durward_attempts (version);
CREATE INDEX durward_attempts_latest ON durward_attempts (switched_off, latest NULLS FIRST);

-- The last one-time code step that was accepted. It outlives its individual.
CREATE TABLE durward_steps (
	individual text COLLATE "C" NOT NULL PRIMARY KEY,
	step bigint NOT NULL
);

-- The two audit chains: what they begin after, and their heads. No hash: the
-- start of a chain.
CREATE TABLE durward_chains (
	chain text COLLATE "C" NOT NULL PRIMARY KEY,
	start_sequence bigint NOT NULL,
	start_hash bytea,
	head_sequence bigint NOT NULL,
	head_hash bytea
);

-- Values of events are JSON: {"plain": ...}, {"personal": ...}, {"secret": ...}.
CREATE TABLE durward_events (
	chain text COLLATE "C" NOT NULL,
	sequence bigint NOT NULL,
	revision bigint NOT NULL,
	happened_at timestamptz NOT NULL,
	actor_kind text COLLATE "C" NOT NULL,
	actor text COLLATE "C" NOT NULL,
	on_behalf_of_kind text COLLATE "C" NOT NULL,
	on_behalf_of text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	subject text COLLATE "C" NOT NULL,
	action text COLLATE "C" NOT NULL,
	realm text COLLATE "C" NOT NULL,
	node text COLLATE "C" NOT NULL,
	object text COLLATE "C" NOT NULL,
	address jsonb,
	surface text COLLATE "C" NOT NULL,
	outcome text COLLATE "C" NOT NULL,
	reason text COLLATE "C" NOT NULL,
	note jsonb,
	previous_hash bytea NOT NULL,
	hash bytea NOT NULL,
	PRIMARY KEY (chain, sequence)
);
CREATE INDEX durward_events_organization ON durward_events (chain, organization, sequence);
CREATE INDEX durward_events_subject ON durward_events (chain, subject, sequence);
CREATE INDEX durward_events_actor ON durward_events (chain, actor, sequence);
CREATE INDEX durward_events_on_behalf_of ON durward_events (chain, on_behalf_of, sequence);
CREATE INDEX durward_events_happened_at ON durward_events (chain, happened_at);

CREATE TABLE durward_event_changes (
	chain text COLLATE "C" NOT NULL,
	sequence bigint NOT NULL,
	place integer NOT NULL,
	field text COLLATE "C" NOT NULL,
	value_before jsonb,
	value_after jsonb,
	PRIMARY KEY (chain, sequence, place),
	FOREIGN KEY (chain, sequence) REFERENCES durward_events (chain, sequence) ON DELETE CASCADE
);

CREATE TABLE durward_event_attributes (
	chain text COLLATE "C" NOT NULL,
	sequence bigint NOT NULL,
	place integer NOT NULL,
	name text COLLATE "C" NOT NULL,
	value jsonb NOT NULL,
	PRIMARY KEY (chain, sequence, place),
	FOREIGN KEY (chain, sequence) REFERENCES durward_events (chain, sequence) ON DELETE CASCADE
);

INSERT INTO durward_state (only_row, revision, changes, dropped, messages) VALUES (1, 0, 0, 0, 0);
INSERT INTO durward_chains (chain, start_sequence, head_sequence) VALUES ('changes', 0, 0);
INSERT INTO durward_chains (chain, start_sequence, head_sequence) VALUES ('sign-ins', 0, 0);
INSERT INTO durward_migrations (number) VALUES (1);
