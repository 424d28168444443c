// Parley plays ceasefire negotiations between capitals whose record of what was agreed is replicated over Raft. This
// command is its face: it reads flags and files, has scenarios played, writes reports, and knows nothing of how either is
// done. Only this package knows urfave/cli.

//go:debug randseednop=0
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
