//go:build !unix

package agent

import "os/exec"

func ownGroup(*exec.Cmd) {}

// kill ends the program; what it started is on its own here.
func kill(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Process.Kill()
	}
}
