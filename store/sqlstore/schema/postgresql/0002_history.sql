-- What was. Each table keeps the versions of the rows of the one that its name
-- begins with: a version is true from the commit of from_revision on and no longer
-- from until_revision on, which is 9223372036854775807 for what is true now. So
-- what was true at revision n has from_revision <= n AND until_revision > n.

-- Who committed what is true from a revision on, and when: those of the revisions
-- that are kept.
CREATE TABLE durward_commits (
	revision bigint NOT NULL PRIMARY KEY,
	happened_at timestamptz NOT NULL,
	author text COLLATE "C" NOT NULL,
	on_behalf_of text COLLATE "C" NOT NULL,
	system text COLLATE "C" NOT NULL   -- host, roles, ACLs
);
CREATE INDEX durward_commits_happened_at ON durward_commits (happened_at);

CREATE TABLE durward_entities_history (
	id text COLLATE "C" NOT NULL,
	kind text COLLATE "C" NOT NULL,
	parent text COLLATE "C",
	title text COLLATE "C" NOT NULL,
	revision bigint NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (id, until_revision)
);

CREATE TABLE durward_entity_links_history (
	entity text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	name text COLLATE "C" NOT NULL,
	target text COLLATE "C" NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (entity, until_revision, place)
);

CREATE TABLE durward_classes_history (
	id text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,
	second_factor boolean NOT NULL,
	revision bigint NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (id, until_revision)
);

CREATE TABLE durward_organizations_history (
	entity text COLLATE "C" NOT NULL,
	class text COLLATE "C" NOT NULL,
	default_role text COLLATE "C" NOT NULL,
	closed boolean NOT NULL,
	link_role text COLLATE "C" NOT NULL,
	link_epoch bigint NOT NULL,
	link_open boolean NOT NULL,
	revision bigint NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (entity, until_revision)
);

CREATE TABLE durward_allowed_roles_history (
	organization text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	role text COLLATE "C" NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (organization, until_revision, place)
);

CREATE TABLE durward_roles_history (
	id text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,
	type text COLLATE "C" NOT NULL,
	owner text COLLATE "C" NOT NULL,
	description text COLLATE "C" NOT NULL,
	revision bigint NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (id, until_revision)
);

CREATE TABLE durward_role_permissions_history (
	role text COLLATE "C" NOT NULL,
	path text COLLATE "C" NOT NULL,
	permission text COLLATE "C" NOT NULL,
	set_by text COLLATE "C" NOT NULL,
	set_revision bigint NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (role, until_revision, path)
);

CREATE TABLE durward_acls_history (
	id text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,
	type text COLLATE "C" NOT NULL,
	owner text COLLATE "C" NOT NULL,
	description text COLLATE "C" NOT NULL,
	system_default boolean NOT NULL,
	revision bigint NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (id, until_revision)
);

CREATE TABLE durward_acl_permissions_history (
	acl text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	operations text COLLATE "C" NOT NULL,
	object text COLLATE "C" NOT NULL,
	attribute text COLLATE "C" NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (acl, until_revision, place)
);

CREATE TABLE durward_acl_components_history (
	acl text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	component text COLLATE "C" NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (acl, until_revision, place)
);

CREATE TABLE durward_acl_visible_to_history (
	acl text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	entity text COLLATE "C" NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (acl, until_revision, place)
);

CREATE TABLE durward_individuals_history (
	id text COLLATE "C" NOT NULL,
	provider text COLLATE "C" NOT NULL,
	realm text COLLATE "C" NOT NULL,
	role_type text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	login text COLLATE "C" NOT NULL,
	canonical_login text COLLATE "C",
	name text COLLATE "C" NOT NULL,
	email text COLLATE "C" NOT NULL,
	contact text COLLATE "C" NOT NULL,
	activation date,
	expiration date,
	zone text COLLATE "C" NOT NULL,
	language text COLLATE "C" NOT NULL,
	anywhere boolean NOT NULL,
	second_factor text COLLATE "C" NOT NULL,
	enrolled boolean NOT NULL,
	disabled boolean NOT NULL,
	epoch bigint NOT NULL,
	revision bigint NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (id, until_revision)
);

CREATE TABLE durward_allow_list_history (
	individual text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	entry text COLLATE "C" NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (individual, until_revision, place)
);

CREATE TABLE durward_grants_history (
	individual text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	role text COLLATE "C" NOT NULL,
	role_revision bigint NOT NULL,
	role_by text COLLATE "C" NOT NULL,
	role_system text COLLATE "C" NOT NULL,
	acl text COLLATE "C" NOT NULL,
	acl_revision bigint NOT NULL,
	acl_by text COLLATE "C" NOT NULL,
	acl_system text COLLATE "C" NOT NULL,
	revision bigint NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (individual, until_revision, organization)
);

CREATE TABLE durward_grant_scope_history (
	individual text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	place integer NOT NULL,
	entity text COLLATE "C" NOT NULL,
	from_revision bigint NOT NULL,
	until_revision bigint NOT NULL,
	PRIMARY KEY (individual, until_revision, organization, place)
);

-- What is true as this is applied was so at the latest commit. Of what was before,
-- nothing is known.
ALTER TABLE durward_state ADD COLUMN history_from bigint NOT NULL DEFAULT 0;
UPDATE durward_state SET history_from = revision;
INSERT INTO durward_commits (revision, happened_at, author, on_behalf_of, system)
	SELECT revision, now(), '', '', 'host' FROM durward_state WHERE revision > 0;
INSERT INTO durward_entities_history (id, kind, parent, title, revision, from_revision, until_revision)
	SELECT t.id, t.kind, t.parent, t.title, t.revision, s.revision, 9223372036854775807 FROM durward_entities t, durward_state s;
INSERT INTO durward_entity_links_history (entity, place, name, target, from_revision, until_revision)
	SELECT t.entity, t.place, t.name, t.target, s.revision, 9223372036854775807 FROM durward_entity_links t, durward_state s;
INSERT INTO durward_classes_history (id, name, second_factor, revision, from_revision, until_revision)
	SELECT t.id, t.name, t.second_factor, t.revision, s.revision, 9223372036854775807 FROM durward_classes t, durward_state s;
INSERT INTO durward_organizations_history (entity, class, default_role, closed, link_role, link_epoch, link_open, revision, from_revision, until_revision)
	SELECT t.entity, t.class, t.default_role, t.closed, t.link_role, t.link_epoch, t.link_open, t.revision, s.revision, 9223372036854775807 FROM durward_organizations t, durward_state s;
INSERT INTO durward_allowed_roles_history (organization, place, role, from_revision, until_revision)
	SELECT t.organization, t.place, t.role, s.revision, 9223372036854775807 FROM durward_allowed_roles t, durward_state s;
INSERT INTO durward_roles_history (id, name, type, owner, description, revision, from_revision, until_revision)
	SELECT t.id, t.name, t.type, t.owner, t.description, t.revision, s.revision, 9223372036854775807 FROM durward_roles t, durward_state s;
INSERT INTO durward_role_permissions_history (role, path, permission, set_by, set_revision, from_revision, until_revision)
	SELECT t.role, t.path, t.permission, t.set_by, t.set_revision, s.revision, 9223372036854775807 FROM durward_role_permissions t, durward_state s;
INSERT INTO durward_acls_history (id, name, type, owner, description, system_default, revision, from_revision, until_revision)
	SELECT t.id, t.name, t.type, t.owner, t.description, t.system_default, t.revision, s.revision, 9223372036854775807 FROM durward_acls t, durward_state s;
INSERT INTO durward_acl_permissions_history (acl, place, operations, object, attribute, from_revision, until_revision)
	SELECT t.acl, t.place, t.operations, t.object, t.attribute, s.revision, 9223372036854775807 FROM durward_acl_permissions t, durward_state s;
INSERT INTO durward_acl_components_history (acl, place, component, from_revision, until_revision)
	SELECT t.acl, t.place, t.component, s.revision, 9223372036854775807 FROM durward_acl_components t, durward_state s;
INSERT INTO durward_acl_visible_to_history (acl, place, entity, from_revision, until_revision)
	SELECT t.acl, t.place, t.entity, s.revision, 9223372036854775807 FROM durward_acl_visible_to t, durward_state s;
INSERT INTO durward_individuals_history (id, provider, realm, role_type, organization, login, canonical_login, name, email, contact, activation, expiration, zone, language, anywhere, second_factor, enrolled, disabled, epoch, revision, from_revision, until_revision)
	SELECT t.id, t.provider, t.realm, t.role_type, t.organization, t.login, t.canonical_login, t.name, t.email, t.contact, t.activation, t.expiration, t.zone, t.language, t.anywhere, t.second_factor, t.enrolled, t.disabled, t.epoch, t.revision, s.revision, 9223372036854775807 FROM durward_individuals t, durward_state s;
INSERT INTO durward_allow_list_history (individual, place, entry, from_revision, until_revision)
	SELECT t.individual, t.place, t.entry, s.revision, 9223372036854775807 FROM durward_allow_list t, durward_state s;
INSERT INTO durward_grants_history (individual, organization, role, role_revision, role_by, role_system, acl, acl_revision, acl_by, acl_system, revision, from_revision, until_revision)
	SELECT t.individual, t.organization, t.role, t.role_revision, t.role_by, t.role_system, t.acl, t.acl_revision, t.acl_by, t.acl_system, t.revision, s.revision, 9223372036854775807 FROM durward_grants t, durward_state s;
INSERT INTO durward_grant_scope_history (individual, organization, place, entity, from_revision, until_revision)
	SELECT t.individual, t.organization, t.place, t.entity, s.revision, 9223372036854775807 FROM durward_grant_scope t, durward_state s;

INSERT INTO durward_migrations (number) VALUES (2);
