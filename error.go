package nbhosting

import (
	"errors"
	"fmt"
)

// Kind sorts errors by what the person who meets one can do about it.
type Kind int

const (
	// Internal is our fault: the message for people is a general one, the cause goes to the log.
	Internal Kind = iota
	// Invalid is a request that can never work as it is written.
	Invalid
	// Denied is a request that this person may not make.
	Denied
	// NotFound names something that does not exist.
	NotFound
	// Conflict is a request that does not fit the present state.
	Conflict
	// Unavailable is a part we need and that does not work now: trying again later may help.
	Unavailable
	// Timeout is a part that did not answer in time.
	Timeout
)

// String returns the word for k that the JSON API uses.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case Denied:
		return "denied"
	case NotFound:
		return "not-found"
	case Conflict:
		return "conflict"
	case Unavailable:
		return "unavailable"
	case Timeout:
		return "timeout"
	case Internal:
	}
	return "internal"
}

// KindNamed is the inverse of [Kind.String]; an unknown word is Internal.
func KindNamed(word string) Kind {
	for _, k := range []Kind{Invalid, Denied, NotFound, Conflict, Unavailable, Timeout} {
		if k.String() == word {
			return k
		}
	}
	return Internal
}

// Error is a failure with a message fit for the person who asked. The cause,
// if there is one, is for the log only: it may hold paths and command output.
type Error struct {
	Kind    Kind
	Message string // in English
	Cause   error

	// What Message was made of: from these, it is said in other languages.
	Format string
	Args   []any
}

// Word is a part of a message that is said in the reader's language, as the message is.
type Word string

// Errorf returns an Error without a cause.
func Errorf(kind Kind, format string, args ...any) *Error {
	return Because(nil, kind, format, args...)
}

// Because returns an Error whose cause is kept for the log.
func Because(cause error, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Cause: cause, Format: format, Args: args}
}

// Error returns the message and the cause: the text for the log.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf returns the kind of the first Error in err's chain, else Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// ourFault is what people are told of what is Internal.
const ourFault = Word("Something went wrong on our side. The administrator finds the cause in the log.")

// MessageOf returns what may be shown of err to the person who met it, in English.
func MessageOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return string(ourFault)
}

// SentenceOf returns what [MessageOf] is made of, for other languages.
func SentenceOf(err error) (format string, args []any) {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return string(ourFault), nil
	case e.Format == "":
		return "%s", []any{e.Message}
	}
	return e.Format, e.Args
}
