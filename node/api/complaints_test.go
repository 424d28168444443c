package api

import (
	"log"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestFailedHandshakesAreLoggedOnceForEachHostAndFault(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	l := log.New(newComplaints(zap.New(core)), "", 0)
	for _, line := range []string{
		"http: TLS handshake error from 192.0.2.1:5001: read tcp 192.0.2.9:7401->192.0.2.1:5001: i/o timeout",
		"http: TLS handshake error from 192.0.2.1:5002: read tcp 192.0.2.9:7401->192.0.2.1:5002: i/o timeout",
		"http: TLS handshake error from 192.0.2.1:5003: tls: client didn't provide a certificate",
		"http: TLS handshake error from [2001:db8::1]:5002: read tcp [2001:db8::9]:7401->[2001:db8::1]:5002: i/o timeout",
		"http: TLS handshake error from 192.0.2.1:5004: EOF", // whoever looks whether the port is open
		"http: Accept error: too many open files; retrying in 5ms",
		"http: Accept error: too many open files; retrying in 5ms",
	} {
		l.Print(line)
	}
	want := []string{
		"refused a connection from 192.0.2.1: no proper handshake: i/o timeout",
		"refused a connection from 192.0.2.1: no proper handshake: client didn't provide a certificate",
		"refused a connection from 2001:db8::1: no proper handshake: i/o timeout",
		"http: Accept error: too many open files; retrying in 5ms",
		"http: Accept error: too many open files; retrying in 5ms",
	}
	if logs.Len() != len(want) {
		t.Errorf("%d messages, want %d", logs.Len(), len(want))
	}
	for i, e := range logs.All() {
		if i < len(want) && e.Message != want[i] {
			t.Errorf("%q, want %q", e.Message, want[i])
		}
	}
}
