package nbhosting

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// SupportCode returns the code that stands for a student towards who helps them:
// two groups of four signs of Crockford's base 32, which are hard to mistake for one
// another (https://www.crockford.com/base32.html). Who does not have the site's
// secret cannot tell whose it is.
func SupportCode(secret []byte, s Student) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("support code\x00" + string(s)))
	code := base32.NewEncoding(crockford).WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:5])
	return code[:4] + "-" + code[4:]
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// TidySupportCode returns a code as [SupportCode] writes it, whatever way somebody
// wrote down what they were told.
func TidySupportCode(code string) string {
	code = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
	if len(code) != 8 {
		return code
	}
	return code[:4] + "-" + code[4:]
}
