// Package nbhosting is the vocabulary of the project: the words that every
// other package uses, what they are made of, and how they are written in URLs.
// It imports the standard library only and holds no behaviour beyond that.
//
// A five-minute tour of the rest:
//
//	internal/opening    the way from a click to a usable notebook, as a list
//	internal/access     who is asking, and may they?
//	internal/course     git-backed courses: create, pull, publish a revision
//	internal/workspace  the files of one student in one course
//	internal/server     the life of one Jupyter server per workspace
//	internal/runtime    where servers run: docker (or Podman), process
//	internal/proxy      every later request of a browser, to its server
//	internal/web        the pages, and the JSON API
//	internal/cli        the commands, clients of that API
//	internal/app        how it is all put together
//	e2e                 what it does, seen from outside
//
// docs/architecture.md tells why.
package nbhosting
