package host_test

import "syscall"

// mountSmall mounts a file system of 2 MiB in memory. It needs root.
func mountSmall(folder string) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=2m,mode=700")
}

func unmount(folder string) error { return syscall.Unmount(folder, syscall.MNT_DETACH) }
