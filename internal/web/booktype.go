package web

import (
	"path"
	"strings"
)

const (
	htmlType = "text/html; charset=utf-8"
	pdfType  = "application/pdf"
)

// bookTypes are the types of files by extension. The table is ours, so that books
// look the same whatever a host has in its own.
func bookTypes() map[string]string {
	return map[string]string{
		".html": htmlType, ".htm": htmlType, ".xhtml": "application/xhtml+xml",
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
		".json": "application/json", ".map": "application/json", ".ipynb": "application/json", ".geojson": "application/json",
		".webmanifest": "application/manifest+json", ".wasm": "application/wasm",
		".xml": "application/xml", ".rss": "application/rss+xml", ".atom": "application/atom+xml",
		".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8", ".rst": "text/plain; charset=utf-8",
		".py": "text/plain; charset=utf-8", ".yml": "text/plain; charset=utf-8", ".yaml": "text/plain; charset=utf-8",
		".csv": "text/csv; charset=utf-8", ".tsv": "text/tab-separated-values; charset=utf-8", ".vtt": "text/vtt; charset=utf-8",
		".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
		".webp": "image/webp", ".avif": "image/avif", ".ico": "image/x-icon", ".bmp": "image/bmp",
		".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf", ".eot": "application/vnd.ms-fontobject",
		".mp4": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg", ".mov": "video/quicktime",
		".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".wav": "audio/wav", ".m4a": "audio/mp4",
		".pdf": pdfType, ".epub": "application/epub+zip", ".zip": "application/zip", ".gz": "application/gzip", ".tar": "application/x-tar",
	}
}

// bookType returns the type of a file of that name. What is not known is for downloading.
func bookType(name string) string {
	if known, ok := bookTypes()[strings.ToLower(path.Ext(name))]; ok {
		return known
	}
	return "application/octet-stream"
}
