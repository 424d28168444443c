//go:build unix && !linux

package main

import "syscall"

// dieWithParent does nothing here: a child ends when its standard input does.
func dieWithParent(*syscall.SysProcAttr) {}
