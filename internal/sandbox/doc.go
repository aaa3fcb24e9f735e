// Package sandbox runs one program on this host, cut off from it: for code that
// comes with a course, whose author is trusted with the course and nothing else.
//
// It makes Linux namespaces of its own (user, mount, process, network, IPC,
// hostname, cgroup), so that nothing has to be installed. In them the program sees the
// host's /usr, the mounts it is given, an empty /tmp, a few devices and no other
// process; it has no network, no capability, no way to gain any, no
// environment but the given one, and bounded resources. It works for root and,
// where the host lets everybody make user namespaces, for other users. All that it
// starts ends with it, with the context of [Run], and with the program that called Run.
//
// There is no seccomp filter: the whole system call interface of the kernel is within reach, as
// far as the program may use it without privileges (it cannot make namespaces to gain some). So a hole in the kernel
// is a hole in the sandbox, and AF_VSOCK, which belongs to no namespace, reaches the
// hypervisor of a virtual machine. That is enough for half-trusted authors, and not for strangers.
//
// A Go program cannot enter namespaces by itself, as it always has several
// threads. So Run starts this very executable again, under another name, and
// the init function here recognises that name, sets the namespaces up, and
// becomes the program that was asked for. An init function, which this
// repository otherwise does without, makes that work in every executable that
// uses the package, tests included, before anything else of it runs.
package sandbox
