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
//	internal/work       what becomes of their notebooks: kept, reset, restored, brought up to date
//	internal/history    every version of every notebook
//	internal/merge      notebooks compared and merged, cell by cell
//	internal/server     the life of one Jupyter server per workspace
//	internal/runtime    where servers run: docker (or Podman), process
//	internal/proxy      every later request of a browser, to its server
//	internal/monitor    which servers are stopped, and when
//	internal/web        the pages, the bar around notebooks, and the JSON API
//	internal/texts      all of it in English and French
//	internal/cli        the commands, clients of that API
//	internal/app        how it is all put together
//	e2e                 what it does, seen from outside
//
// docs/architecture.md tells why.
package nbhosting
