// Package links gives people links by mail: an invitation to set a first
// password, a password reset, the confirmation of a new e-mail address, a
// sign-in link, and the standing link of an organization. One mechanism serves
// all of them.
//
// Start with [New] and call [Links.Issue] in the commit of the change that the
// link belongs to: the token and the mail are written with it or not at all.
// The page that the link leads to calls [Links.Peek], as often as it is shown,
// and [Links.Consume] once, in the commit of what the link allows. A
// [Dispatcher] takes the mails from the outbox and gives them to the host's
// [Mailer].
//
// # Links
//
// A link is the base URL that the host set for the realm, the purpose, and
// after "#" the token:
//
//	https://portal.example.com/link/invitation#k5xq...
//
// What stands after "#" is not sent to servers (RFC 3986 §3.5) and is no part of
// a Referer (RFC 9110 §10.1.3). So tokens are in no log and at no third party,
// and a scanner that follows links in mails tells the server nothing. The page
// reads location.hash, clears it by history.replaceState, and posts the token.
// It answers with Cache-Control: no-store and Referrer-Policy: no-referrer.
//
// A token holds 128 bits by which it is found and 256 bits that prove it; of the
// latter only a hash is stored. It is bound to its purpose, to the person or the
// organization, to the address that it was mailed to, and to the credential
// epoch, and its expiry is checked when it is used. Whoever shows something else
// is answered a [Refusal], which reads the same whatever the reason.
//
// # What is hidden
//
// A [Link] and the bodies of a [Mail] print as hidden and do not marshal; call
// Reveal where the text is needed. The outbox keeps what a mail says sealed, and
// what the host's Mailer says of a failure is stripped of anything like a token
// or an address before it is kept.
package links
