package identity

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"
)

// Bounds on names.
const (
	MaxConferenceBytes = 63  // a conference's name is one label of a URI's host
	MaxCapitalBytes    = 256 // as in the record
)

const scheme = "parley"

// checkConference says what is wrong with the name of a conference: it has letters, digits and inner hyphens, like a
// scenario's id.
func checkConference(name string) error {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	}
	if name == "" || len(name) > MaxConferenceBytes || strings.ContainsFunc(name, odd) ||
		name[0] == '-' || name[len(name)-1] == '-' {
		return fmt.Errorf("identity: %.80q cannot be a conference's name in certificates: use 1 to %d letters, digits, "+
			"and hyphens between them", name, MaxConferenceBytes)
	}
	return nil
}

// checkCapital says what is wrong with the id of a capital.
func checkCapital(id string) error {
	if id == "" || len(id) > MaxCapitalBytes {
		return fmt.Errorf("identity: %.80q cannot be a capital's id: it has 1 to %d bytes", id, MaxCapitalBytes)
	}
	return nil
}

// uriOf returns the URI by which a certificate speaks for a capital.
func uriOf(conference, capital string) *url.URL {
	return &url.URL{Scheme: scheme, Host: conference, Path: "/" + capital, RawPath: "/" + url.PathEscape(capital)}
}

// nameOf returns whom a certificate speaks for: the one parley URI in it. It does not verify the certificate.
func nameOf(cert *x509.Certificate) (conference, capital string, err error) {
	for _, u := range cert.URIs {
		if u.Scheme != scheme {
			continue
		}
		if conference != "" {
			return "", "", fmt.Errorf("%w: it names two capitals, %s and %s", ErrNotACapital, uriOf(conference, capital), u)
		}
		capital, err = url.PathUnescape(strings.TrimPrefix(u.EscapedPath(), "/"))
		if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Count(u.EscapedPath(), "/") != 1 ||
			checkConference(u.Host) != nil || checkCapital(capital) != nil {
			return "", "", fmt.Errorf("%w: its URI %.200q is not parley://CONFERENCE/CAPITAL", ErrNotACapital, u)
		}
		conference = u.Host
	}
	if conference == "" {
		return "", "", fmt.Errorf("%w: it has no URI parley://CONFERENCE/CAPITAL", ErrNotACapital)
	}
	return conference, capital, nil
}
