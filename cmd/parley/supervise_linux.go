package main

import "syscall"

// dieWithParent has the kernel kill a child when this process ends, also by SIGKILL. A child that is stopped or stuck could
// not see that its standard input has ended. The record is on its disk, so nothing is lost.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
