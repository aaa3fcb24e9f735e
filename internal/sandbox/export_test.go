package sandbox

import "context"

// RunWithoutUserNamespace is what root falls back upon.
func RunWithoutUserNamespace(ctx context.Context, spec Spec) error {
	return spec.run(ctx, true, false)
}
