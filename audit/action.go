package audit

// An Action names what was done: words of lower-case letters, digits, '-' and
// '_', from the general to the particular with dots between. Hosts add their
// own, such as "extension.update".
type Action string

// The actions that Durward records. The comment names what the event's Subject
// and Object are, and changes that [Event.String] reads.
const (
	ActionBootstrap Action = "bootstrap" // Subject: the first administrator

	ActionCreateIndividual  Action = "individual.create" // Subject: the individual, as below
	ActionUpdateIndividual  Action = "individual.update"
	ActionEnableIndividual  Action = "individual.enable"
	ActionDisableIndividual Action = "individual.disable"
	ActionDeleteIndividual  Action = "individual.delete"

	ActionSetPassword           Action = "password.set" // Subject: whose, as below
	ActionResetPassword         Action = "password.reset"
	ActionEnrolSecondFactor     Action = "second-factor.enrol"
	ActionResetSecondFactor     Action = "second-factor.reset"
	ActionGenerateRecoveryCodes Action = "recovery-codes.generate"
	ActionDisableAuthenticator  Action = "authenticator.disable"

	ActionGrantRole Action = "grant.role"       // Subject: to whom; change "role"
	ActionGrantACL  Action = "grant.acl"        // Subject: to whom; change "acl"
	ActionClearRole Action = "grant.clear-role" // Subject: from whom; change "role"
	ActionClearACL  Action = "grant.clear-acl"  // Subject: from whom; change "acl"

	ActionCreateRole Action = "role.create" // Object: the role; changes: nodes
	ActionUpdateRole Action = "role.update"
	ActionDeleteRole Action = "role.delete"
	ActionCreateACL  Action = "acl.create" // Object: the ACL
	ActionUpdateACL  Action = "acl.update"
	ActionDeleteACL  Action = "acl.delete"

	ActionCreateEntity       Action = "entity.create" // Object: the entity, as below
	ActionUpdateEntity       Action = "entity.update"
	ActionDeleteEntity       Action = "entity.delete"
	ActionUpdateOrganization Action = "organization.update"
	ActionUpdateAllowedRoles Action = "organization.allowed-roles"

	ActionCreateLink Action = "link.create" // Subject: for whom; Object: the link's public ID
	ActionRotateLink Action = "link.rotate"
	ActionRevokeLink Action = "link.revoke"
	ActionUseLink    Action = "link.use"

	ActionSignIn              Action = "sign-in.accepted" // Subject: as whom
	ActionRefuseSignIn        Action = "sign-in.refused"
	ActionSignOut             Action = "sign-out"
	ActionBeginImpersonation  Action = "impersonation.begin" // OnBehalfOf: whom
	ActionFinishImpersonation Action = "impersonation.end"

	ActionCut   Action = "audit.cut"   // see [Cut.Event]
	ActionErase Action = "audit.erase" // Subject: whose personal data
)

// A phrase is how an action reads after the actor's name. {subject} and {object}
// are the event's, any other name in braces is what the change of that field
// set, or took away. A name stands in brackets, and they are left out with all
// that is in them if it is empty.
type phrase struct {
	text string
	// of is the outcome that the phrase tells of.
	of Outcome
}

var phrases = map[Action]phrase{
	ActionBootstrap:             {"made[ {subject}] the first administrator", Succeeded},
	ActionCreateIndividual:      {"created individual[ {subject}]", Succeeded},
	ActionUpdateIndividual:      {"changed individual[ {subject}]", Succeeded},
	ActionEnableIndividual:      {"enabled individual[ {subject}]", Succeeded},
	ActionDisableIndividual:     {"disabled individual[ {subject}]", Succeeded},
	ActionDeleteIndividual:      {"deleted individual[ {subject}]", Succeeded},
	ActionSetPassword:           {"set the password[ of {subject}]", Succeeded},
	ActionResetPassword:         {"reset the password[ of {subject}]", Succeeded},
	ActionEnrolSecondFactor:     {"enrolled a second factor[ for {subject}]", Succeeded},
	ActionResetSecondFactor:     {"reset the second factor[ of {subject}]", Succeeded},
	ActionGenerateRecoveryCodes: {"made new recovery codes[ for {subject}]", Succeeded},
	ActionDisableAuthenticator:  {"switched off a way to sign in[ of {subject}]", Succeeded},
	ActionGrantRole:             {"granted role[ {role}][ to {subject}]", Succeeded},
	ActionGrantACL:              {"granted ACL[ {acl}][ to {subject}]", Succeeded},
	ActionClearRole:             {"took role[ {role}][ from {subject}]", Succeeded},
	ActionClearACL:              {"took ACL[ {acl}][ from {subject}]", Succeeded},
	ActionCreateRole:            {"created role[ {object}]", Succeeded},
	ActionUpdateRole:            {"changed role[ {object}]", Succeeded},
	ActionDeleteRole:            {"deleted role[ {object}]", Succeeded},
	ActionCreateACL:             {"created ACL[ {object}]", Succeeded},
	ActionUpdateACL:             {"changed ACL[ {object}]", Succeeded},
	ActionDeleteACL:             {"deleted ACL[ {object}]", Succeeded},
	ActionCreateEntity:          {"created entity[ {object}]", Succeeded},
	ActionUpdateEntity:          {"changed entity[ {object}]", Succeeded},
	ActionDeleteEntity:          {"deleted entity[ {object}]", Succeeded},
	ActionUpdateOrganization:    {"changed the settings of organization[ {object}]", Succeeded},
	ActionUpdateAllowedRoles:    {"changed the allowed roles[ of {object}]", Succeeded},
	ActionCreateLink:            {"made link[ {object}][ for {subject}]", Succeeded},
	ActionRotateLink:            {"rotated link[ {object}][ of {subject}]", Succeeded},
	ActionRevokeLink:            {"revoked link[ {object}][ of {subject}]", Succeeded},
	ActionUseLink:               {"used link[ {object}][ of {subject}]", Succeeded},
	ActionSignIn:                {"signed in", Succeeded},
	ActionRefuseSignIn:          {"was refused to sign in[ as {subject}]", Refused},
	ActionSignOut:               {"signed out", Succeeded},
	ActionBeginImpersonation:    {"began to act on behalf of another", Succeeded},
	ActionFinishImpersonation:   {"ceased to act on behalf of another", Succeeded},
	ActionCut:                   {"cut the audit", Succeeded},
	ActionErase:                 {"erased the personal data[ of {subject}] in the audit", Succeeded},
}
