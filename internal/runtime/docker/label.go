package docker

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Labels of our own, on every container. What the caller labels an instance
// with is put beside them as it is, so that people can filter by it.
const (
	labelSite = "nbhosting.site"
	labelName = "nbhosting.name" // of the instance; a container made from a copy of ours has another name
	labelDir  = "nbhosting.dir"
	labelUID  = "nbhosting.uid"
	labelKeys = "nbhosting.labels" // JSON list of the caller's labels: the image's are on the container too
)

// labelNetwork is on the network that all sites of an engine share.
const labelNetwork = "nbhosting.network"

// labels returns what the container of spec is labelled with.
func (d *Driver) labels(spec runtime.Spec) (map[string]string, error) {
	keys, err := json.Marshal(slices.Sorted(maps.Keys(spec.Labels)))
	if err != nil {
		return nil, err
	}
	all := maps.Clone(spec.Labels)
	if all == nil {
		all = make(map[string]string)
	}
	maps.Copy(all, map[string]string{
		labelSite: d.site,
		labelName: spec.Name,
		labelDir:  spec.Dir,
		labelUID:  strconv.Itoa(spec.UID),
		labelKeys: string(keys),
	})
	return all, nil
}

// callersLabels returns those of a container's labels that the caller gave.
func callersLabels(all map[string]string) map[string]string {
	var keys []string
	if err := json.Unmarshal([]byte(all[labelKeys]), &keys); err != nil {
		return nil
	}
	labels := make(map[string]string, len(keys))
	for _, key := range keys {
		labels[key] = all[key]
	}
	return labels
}
