// Package signin lets people in: it proves who somebody is, step by step, and
// gives the application an [access.Principal].
//
// Start with [New] and [Flow.Begin]. The answer is a Principal, or a [Challenge]
// that says what is still missing: a code, an authenticator to set up, a new
// password. The application shows that, keeps the challenge's token in the page,
// and calls [Flow.Continue] with the answer, in whichever process:
//
//	outcome, err := flow.Begin(ctx, signin.Attempt{Realm: "customer", Login: login, Password: password, Address: address})
//	for err == nil && !outcome.Done() {
//		answer := ask(outcome.Challenge)
//		outcome, err = flow.Continue(ctx, outcome.Challenge.Reveal(), answer)
//	}
//
// What is refused is a *[Refusal]: its Reason is for the application, its Public
// text for the person. Any other error is a fault of the store, the engine or
// the program, and lets nobody in either.
//
// # What counts attempts
//
// An attempt is counted in the store before anything is computed, and only a
// complete sign-in takes the count back. From the fifth failure on, a network
// waits ever longer for a login. A hundred failures in a row switch the password
// or the second factor off. A network where that login succeeded within thirty
// days has counts of its own, so that strangers elsewhere keep nobody out of it.
// See [Throttle].
//
// # One's own hands
//
// What people do with their own credentials is here as well: [Flow.AcceptInvitation],
// [Flow.ResetPassword], [Flow.ChangePassword], [Flow.EnrolSecondFactor] and
// others. What administrators do with those of others is not.
//
// No password, code, key, token or hash is in any error, log line, event or
// mail, nor in what %+v prints of a value of this package; for what the host
// makes itself see [Attempt].
package signin
