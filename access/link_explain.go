package access

import (
	"fmt"
	"time"

	"github.com/durward-go/durward/roles"
)

// explainLink puts the finding about whoever came by a standing link into words
// of its own where those for a person do not fit, and says of every other that
// the link is why that role decides.
func explainLink(x *Explanation, in *capacity, t *trace) {
	link := fmt.Sprintf("the standing link of %q", x.Organization)
	marks := x.Decision.Node().Marks()
	switch reason := x.Decision.Reason(); {
	case reason == Disabled:
		x.Because, x.Remedy = link+" is not open", "sign in, or open the link"
	case reason == CredentialsChanged:
		x.Because, x.Remedy = link+" was rotated since", "come by the new link, or sign in"
	case reason == SessionEnded:
		x.Because = fmt.Sprintf("the session by %s ended at %s", link, instantOf(in.ends).Format(time.RFC3339))
		x.Remedy = "come by the link again, or sign in"
	case reason == SecondFactorRequired:
		x.Because = fmt.Sprintf("%s asks for a second factor of everyone, and %s has none", x.Path, link)
		x.Remedy = "sign in with a one-time code"
	case reason == NoRole:
		x.Because, x.Remedy = link+" gives no role", "give it one, or sign in"
	case reason == NotGranted && marks&roles.OwnHands != 0:
		x.Because = fmt.Sprintf("%s is for a person's own hands, and %s names nobody", x.Path, link)
		x.Remedy = "sign in"
	case reason == OutOfScope && t.object != nil:
		x.Because = fmt.Sprintf("%q is not among what %s opens", x.Object, link)
	case reason == NotGranted:
		x.Because = link + " decides, since nobody signed in: " + x.Because
		x.Remedy += "; or sign in"
	case reason == Granted || reason == Ceiling:
		x.Because = link + " decides, since nobody signed in: " + x.Because
	}
}
