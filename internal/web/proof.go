package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"strings"
)

// nobodysSecret stands for the secret of a course that has none. It proves nothing.
const nobodysSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// proof judges whether the sender of a message has a secret, in the ways of the
// git hosts. The body of the message is written to it.
//
//	GitHub   X-Hub-Signature-256: sha256=HEX, the HMAC of the body
//	         (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries)
//	Gitea    X-Gitea-Signature: HEX (https://docs.gitea.com/usage/webhooks)
//	Forgejo  X-Forgejo-Signature: HEX (https://forgejo.org/docs/latest/user/webhooks)
//	GitLab   X-Gitlab-Token: the secret itself; or, with a signing token, Standard Webhooks
//	         (https://docs.gitlab.com/user/project/integrations/webhooks)
//
// All HMACs are by SHA-256. GitHub's older X-Hub-Signature, by SHA-1, is none of them.
type proof struct {
	secret   string
	body     hash.Hash // HMAC of the body
	standard hash.Hash // HMAC of the id, the time and the body

	token           string
	signatures      [][]byte // claimed, of the body
	standardClaimed [][]byte
}

func newProof(h http.Header, secret string) *proof {
	if secret == "" {
		secret = nobodysSecret
	}
	p := &proof{secret: secret, token: h.Get("X-Gitlab-Token"), body: hmac.New(sha256.New, []byte(secret))}
	if signature, found := strings.CutPrefix(h.Get("X-Hub-Signature-256"), "sha256="); found {
		p.claim(signature)
	}
	p.claim(h.Get("X-Gitea-Signature"))
	p.claim(h.Get("X-Forgejo-Signature"))
	p.claimStandard(h)
	return p
}

func (p *proof) claim(signature string) {
	if mac, err := hex.DecodeString(signature); err == nil && len(mac) == sha256.Size {
		p.signatures = append(p.signatures, mac)
	}
}

// claimStandard reads the headers of Standard Webhooks: a list of signatures of
// ID.TIME.BODY (https://www.standardwebhooks.com). How old a message is does not matter here.
func (p *proof) claimStandard(h http.Header) {
	for signature := range strings.FieldsSeq(h.Get("Webhook-Signature")) {
		encoded, found := strings.CutPrefix(signature, "v1,")
		if mac, err := base64.StdEncoding.DecodeString(encoded); found && err == nil && len(mac) == sha256.Size {
			p.standardClaimed = append(p.standardClaimed, mac)
		}
	}
	encoded, found := strings.CutPrefix(p.secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil || len(key) == 0 {
		key = []byte(rand.Text()) // a secret of another form signs nothing in this way
	}
	p.standard = hmac.New(sha256.New, key)
	p.standard.Write([]byte(h.Get("Webhook-Id") + "." + h.Get("Webhook-Timestamp") + "."))
}

// offered tells whether there is anything to judge, right or wrong.
func (p *proof) offered() bool {
	return p.token != "" || len(p.signatures) > 0 || len(p.standardClaimed) > 0
}

// Write takes a part of the body. It never fails.
func (p *proof) Write(part []byte) (int, error) {
	p.body.Write(part)
	if len(p.standardClaimed) > 0 {
		p.standard.Write(part)
	}
	return len(part), nil
}

// holds judges, once all of the body is written. How long it takes does not tell how near a guess was.
func (p *proof) holds() bool {
	given, secret := sha256.Sum256([]byte(p.token)), sha256.Sum256([]byte(p.secret))
	good := subtle.ConstantTimeCompare(given[:], secret[:])
	body := p.body.Sum(nil)
	for _, claimed := range p.signatures {
		good |= subtle.ConstantTimeCompare(claimed, body)
	}
	standard := p.standard.Sum(nil)
	for _, claimed := range p.standardClaimed {
		good |= subtle.ConstantTimeCompare(claimed, standard)
	}
	return good == 1
}
