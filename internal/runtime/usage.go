package runtime

import "time"

// Usage is what an instance uses, all its processes together. What a driver
// cannot tell is zero.
type Usage struct {
	CPU         time.Duration // since it started; can be less than it was when its processes end
	MemoryBytes int64         // without what the kernel keeps of files and can give back
	MemoryLimit int64         // 0: none that is enforced
	PIDs        int64         // processes and threads
	Image       string        // id of the image that it runs in
}
