package notebook

import (
	"encoding/json"
	"strings"
)

// Jupyter writes some texts in outputs and attachments as lists of lines, and
// others as one string. Here is which.

// splitOutputs returns a list of outputs as Jupyter writes it.
func splitOutputs(list json.RawMessage) json.RawMessage {
	if len(list) == 0 {
		return list
	}
	all := []byte{'['}
	elements(list, func(value json.RawMessage) {
		if len(all) > 1 {
			all = append(all, ',')
		}
		all = append(all, splitOutput(value)...)
	})
	return append(all, ']')
}

func splitOutput(value json.RawMessage) json.RawMessage {
	o := ObjectIn(value)
	if o == nil {
		return value
	}
	kind, _ := textOf(o["output_type"])
	switch kind {
	case "execute_result", "display_data":
		if data, ok := o["data"]; ok {
			o["data"] = splitBundle(data)
			return encode(o)
		}
	case "stream":
		if text, ok := textOf(o["text"]); ok && o["text"] != nil {
			o["text"] = quoteLines(text)
			return encode(o)
		}
	}
	return value
}

// splitBundles does so for attachments: a bundle for each name.
func splitBundles(raw json.RawMessage) json.RawMessage {
	o := ObjectIn(raw)
	if o == nil {
		return raw
	}
	for name, bundle := range o {
		o[name] = splitBundle(bundle)
	}
	return encode(o)
}

// splitBundle does so for one thing in several types.
func splitBundle(raw json.RawMessage) json.RawMessage {
	o := ObjectIn(raw)
	if o == nil {
		return raw
	}
	for kind, value := range o {
		if value[0] != '"' && value[0] != '[' || isJSONType(kind) {
			continue
		}
		lines := strings.HasPrefix(kind, "text/") || kind == "application/javascript" || kind == "image/svg+xml"
		if !lines && value[0] == '"' {
			continue
		}
		text, ok := textOf(value)
		switch {
		case !ok:
		case lines:
			o[kind] = quoteLines(text)
		default:
			o[kind] = quote(text)
		}
	}
	return encode(o)
}

// isJSONType says whether values of a type are not text but JSON.
func isJSONType(kind string) bool {
	return kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")
}
