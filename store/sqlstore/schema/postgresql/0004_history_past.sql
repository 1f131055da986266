-- What pruning looks for: versions that are true no longer, in the order in which
-- that came. What is true now is in no such index, and costs nothing by it.

CREATE INDEX durward_entities_history_past ON durward_entities_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_entity_links_history_past ON durward_entity_links_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_classes_history_past ON durward_classes_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_organizations_history_past ON durward_organizations_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_allowed_roles_history_past ON durward_allowed_roles_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_roles_history_past ON durward_roles_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_role_permissions_history_past ON durward_role_permissions_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_acls_history_past ON durward_acls_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_acl_permissions_history_past ON durward_acl_permissions_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_acl_components_history_past ON durward_acl_components_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_acl_visible_to_history_past ON durward_acl_visible_to_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_individuals_history_past ON durward_individuals_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_allow_list_history_past ON durward_allow_list_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_grants_history_past ON durward_grants_history (until_revision) WHERE until_revision < 9223372036854775807;
CREATE INDEX durward_grant_scope_history_past ON durward_grant_scope_history (until_revision) WHERE until_revision < 9223372036854775807;

INSERT INTO durward_migrations (number) VALUES (4);
