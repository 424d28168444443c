//go:build !linux

package main

// resident is not known here.
func resident() (n int, known bool) { return 0, false }

func dropPages() {}
