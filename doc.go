// Package durward decides who may do what, to which data, from where and when,
// for billing applications, and runs the sign-in of their customers' own employees.
//
// It holds no code itself. Start with package access: access.New makes an Engine
// over a store, and Engine.Check answers one question. Package roles declares
// the resource tree and what a role permits on it.
package durward
