// Package otp holds the values behind a second factor: time-based one-time
// passwords (RFC 6238), recovery codes, and the sealing of their keys.
//
// Start with two functions. [GenerateKey] makes the key of one person's
// authenticator, which [Key.QR] shows to it. [Verify] checks a code and returns
// the step it belongs to; whoever keeps that step passes it to the next call,
// and no code is accepted twice.
//
// Everything here is a pure value or function: instants come in as [time.Time],
// randomness as an [io.Reader], and nothing is kept between calls. Pass
// crypto/rand.Reader as the randomness outside tests.
//
// A secret leaves a value only through a method that says so ([Key.Base32],
// [Key.URI], [RecoveryCodes.Reveal], [HostKey.Base64], the pictures of a [QR])
// or sealed ([SealKey]). No printer, logger or encoder shows one.
package otp
