package git

import "os"

// inherited names what git may know of the host: where programs and keys are,
// and the way out to the network.
var inherited = []string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK",
	"http_proxy", "https_proxy", "all_proxy", "no_proxy",
	"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
	"GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
}

// imposed is the rest of git's environment. The variables win over what the
// configuration of a repository says about the same matter.
var imposed = []string{
	"LC_ALL=C", // errors are told apart by their English text
	"GIT_CONFIG_NOSYSTEM=1",
	"GIT_CONFIG_GLOBAL=/dev/null",
	"GIT_ATTR_NOSYSTEM=1",
	"GIT_ALLOW_PROTOCOL=file:git:http:https:ssh",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_ASKPASS=false",
	"SSH_ASKPASS=false",
	"SSH_ASKPASS_REQUIRE=never",
	"GIT_SSH_COMMAND=" + sshCommand,
	"GIT_SSH_VARIANT=ssh",
	"GIT_PROXY_COMMAND=", // set and empty: core.gitProxy, a program to run, is not looked at
	"GIT_NO_LAZY_FETCH=1",
	"GIT_NO_REPLACE_OBJECTS=1",
	"GIT_OPTIONAL_LOCKS=0",
	"GIT_PAGER=cat",
}

// configuration goes before every command, and is read after the files of the repository.
var configuration = []string{
	"-c", "core.hooksPath=/dev/null",
	"-c", "core.fsmonitor=false",
	"-c", "core.alternateRefsCommand=true", // a command to run; this one says nothing
	"-c", "credential.helper=",
	"-c", "protocol.ext.allow=never",
	"-c", "http.lowSpeedLimit=500", // bytes per second
	"-c", "http.lowSpeedTime=60", // seconds
	"-c", "fetch.unpackLimit=1", // a fetch comes as one pack, whole or not at all
	"-c", "gc.autoDetach=false", // else it outlives our deadline
	"-c", "maintenance.autoDetach=false",
	"-c", "submodule.recurse=false",
	"-c", "advice.detachedHead=false",
}

func environment(extra []string) []string {
	var env []string
	for _, name := range inherited {
		if value, found := os.LookupEnv(name); found {
			env = append(env, name+"="+value)
		}
	}
	return append(append(env, imposed...), extra...)
}
