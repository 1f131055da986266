-- What was. Each table keeps the versions of the rows of the one that its name
-- begins with: a version is true from the commit of from_revision on and no longer
-- from until_revision on, which is 9223372036854775807 for what is true now. So
-- what was true at revision n has from_revision <= n AND until_revision > n.

-- Who committed what is true from a revision on, and when: those of the revisions
-- that are kept.
CREATE TABLE durward_commits (
	revision INTEGER NOT NULL PRIMARY KEY,
	happened_at TEXT NOT NULL,
	author TEXT NOT NULL,
	on_behalf_of TEXT NOT NULL,
	system TEXT NOT NULL   -- host, roles, ACLs
) STRICT;
CREATE INDEX durward_commits_happened_at ON durward_commits (happened_at);

CREATE TABLE durward_entities_history (
	id TEXT NOT NULL,
	kind TEXT NOT NULL,
	parent TEXT,
	title TEXT NOT NULL,
	revision INTEGER NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (id, until_revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_entity_links_history (
	entity TEXT NOT NULL,
	place INTEGER NOT NULL,
	name TEXT NOT NULL,
	target TEXT NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (entity, until_revision, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_classes_history (
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	second_factor INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (id, until_revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_organizations_history (
	entity TEXT NOT NULL,
	class TEXT NOT NULL,
	default_role TEXT NOT NULL,
	closed INTEGER NOT NULL,
	link_role TEXT NOT NULL,
	link_epoch INTEGER NOT NULL,
	link_open INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (entity, until_revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_allowed_roles_history (
	organization TEXT NOT NULL,
	place INTEGER NOT NULL,
	role TEXT NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (organization, until_revision, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_roles_history (
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	owner TEXT NOT NULL,
	description TEXT NOT NULL,
	revision INTEGER NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (id, until_revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_role_permissions_history (
	role TEXT NOT NULL,
	path TEXT NOT NULL,
	permission TEXT NOT NULL,
	set_by TEXT NOT NULL,
	set_revision INTEGER NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (role, until_revision, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_acls_history (
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	owner TEXT NOT NULL,
	description TEXT NOT NULL,
	system_default INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (id, until_revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_acl_permissions_history (
	acl TEXT NOT NULL,
	place INTEGER NOT NULL,
	operations TEXT NOT NULL,
	object TEXT NOT NULL,
	attribute TEXT NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (acl, until_revision, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_acl_components_history (
	acl TEXT NOT NULL,
	place INTEGER NOT NULL,
	component TEXT NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (acl, until_revision, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_acl_visible_to_history (
	acl TEXT NOT NULL,
	place INTEGER NOT NULL,
	entity TEXT NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (acl, until_revision, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_individuals_history (
	id TEXT NOT NULL,
	provider TEXT NOT NULL,
	realm TEXT NOT NULL,
	role_type TEXT NOT NULL,
	organization TEXT NOT NULL,
	login TEXT NOT NULL,
	canonical_login TEXT,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	contact TEXT NOT NULL,
	activation TEXT,
	expiration TEXT,
	zone TEXT NOT NULL,
	language TEXT NOT NULL,
	anywhere INTEGER NOT NULL,
	second_factor TEXT NOT NULL,
	enrolled INTEGER NOT NULL,
	disabled INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (id, until_revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_allow_list_history (
	individual TEXT NOT NULL,
	place INTEGER NOT NULL,
	entry TEXT NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (individual, until_revision, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_grants_history (
	individual TEXT NOT NULL,
	organization TEXT NOT NULL,
	role TEXT NOT NULL,
	role_revision INTEGER NOT NULL,
	role_by TEXT NOT NULL,
	role_system TEXT NOT NULL,
	acl TEXT NOT NULL,
	acl_revision INTEGER NOT NULL,
	acl_by TEXT NOT NULL,
	acl_system TEXT NOT NULL,
	revision INTEGER NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (individual, until_revision, organization)
) STRICT, WITHOUT ROWID;

CREATE TABLE durward_grant_scope_history (
	individual TEXT NOT NULL,
	organization TEXT NOT NULL,
	place INTEGER NOT NULL,
	entity TEXT NOT NULL,
	from_revision INTEGER NOT NULL,
	until_revision INTEGER NOT NULL,
	PRIMARY KEY (individual, until_revision, organization, place)
) STRICT, WITHOUT ROWID;

-- What is true as this is applied was so at the latest commit. Of what was before,
-- nothing is known.
ALTER TABLE durward_state ADD COLUMN history_from INTEGER NOT NULL DEFAULT 0;
UPDATE durward_state SET history_from = revision;
INSERT INTO durward_commits (revision, happened_at, author, on_behalf_of, system)
	SELECT revision, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'), '', '', 'host' FROM durward_state WHERE revision > 0;
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
