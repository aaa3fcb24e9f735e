package git

import "strings"

// OverSSH tells whether the repository at a URL that [CheckURL] accepts is
// reached over ssh.
func OverSSH(url string) bool {
	return strings.HasPrefix(url, "ssh://") || scpLike.MatchString(url) && !strings.Contains(url, "://")
}

// SSHOptions say who we are to a host that is reached over ssh, and how that
// host is known again. With the zero value, ssh asks the user's own files.
type SSHOptions struct {
	// IdentityFile is the path of the one private key that is shown to the host.
	// If it is empty, ssh uses the keys, the agent and the configuration of the
	// user that this program runs as.
	IdentityFile string

	// KnownHosts is the path of the file in which each host's key is kept when it
	// is first met; another key of that host is then refused. If it is empty, only
	// hosts are spoken to that the user's own files name.
	KnownHosts string
}

// The options of ssh. Paths stand in variables of ssh's environment, which it
// expands itself (OpenSSH 8.4): git hands the command to a shell, and no
// path may be read by that one.
const (
	sshCommand = "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15 -oServerAliveCountMax=3" +
		" -oClearAllForwardings=yes -oForwardAgent=no -oForwardX11=no -oPermitLocalCommand=no -oControlMaster=no -oControlPath=none"

	// The administrator's list in /etc/ssh is heard as well, and is the stronger
	// source: it was not filled by whoever answered first.
	sshPinned = " -oStrictHostKeyChecking=accept-new -oHashKnownHosts=no -oUpdateHostKeys=no -oCheckHostIP=no"
	sshOurs   = ` '-oUserKnownHostsFile=${` + knownHostsVariable + `}'`
	sshTheirs = ` '-oUserKnownHostsFile=${` + knownHostsVariable + `} ~/.ssh/known_hosts'`

	sshOneKey = ` -F none -oIdentitiesOnly=yes -oIdentityAgent=none -oPreferredAuthentications=publickey` +
		` '-oIdentityFile=${` + identityVariable + `}'`

	identityVariable   = "NBHOSTING_SSH_IDENTITY"
	knownHostsVariable = "NBHOSTING_SSH_KNOWN_HOSTS"
)

// environment makes git call ssh as o says.
func (o SSHOptions) environment() []string {
	command := sshCommand
	switch {
	case o.KnownHosts == "":
	case o.IdentityFile == "":
		// A site that moves over here has accepted its hosts already.
		command += sshPinned + sshTheirs
	default:
		command += sshPinned + sshOurs
	}
	if o.IdentityFile != "" {
		command += sshOneKey
	}
	return []string{
		"GIT_SSH_COMMAND=" + command,
		identityVariable + "=" + o.IdentityFile,
		knownHostsVariable + "=" + o.KnownHosts,
	}
}
