package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// newBrowser starts a browser with nothing in it. More windows are made by
// chromedp.NewContext on the context that it returns.
func newBrowser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		lacking(t, "chromium", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.WindowSize(1200, 900),
	)
	options = append(options, more...)
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancelAllocator)
	return newWindow(t, allocator)
}

// newWindow returns a window of the browser of ctx, or of a new one.
func newWindow(t *testing.T, ctx context.Context) context.Context {
	t.Helper()
	var telling sync.WaitGroup
	t.Cleanup(telling.Wait)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	telling.Go(func() { tellFailures(t, ctx) })
	return ctx
}

// tellFailures logs what a window could not load, until it is closed; what a page
// did not want any more is not told.
func tellFailures(t *testing.T, window context.Context) {
	for failure, err := range chromedp.Events(window, network.LoadingFailed) {
		if err == nil && !failure.Canceled {
			t.Logf("%s the browser could not load a %s: %s %s", time.Now().UTC().Format(time.TimeOnly), failure.Type, failure.ErrorText, failure.BlockedReason)
		}
	}
}

// act is something done in a window.
type act = chromedp.Action[chromedp.Void]

// see does things in a window, within patience.
func see(t *testing.T, window context.Context, what string, acts ...act) {
	t.Helper()
	ctx, cancel := context.WithTimeout(window, patience)
	defer cancel()
	if err := chromedp.Do(ctx, acts...); err != nil {
		t.Fatalf("%s: %v\n%s\nas it looked: %s", what, err, pageText(window), picture(window))
	}
}

// picture saves what a window shows to a file that outlives the test.
func picture(window context.Context) string {
	ctx, cancel := context.WithTimeout(window, patience/10)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err.Error()
	}
	file, err := os.CreateTemp("", "nbhosting-e2e-*.png")
	if err != nil {
		return err.Error()
	}
	_, err = file.Write(png)
	if err := errors.Join(err, file.Close()); err != nil {
		return err.Error()
	}
	return file.Name()
}

// show goes to a URL, again if the network has changed meanwhile: to a browser it
// does as a container comes or goes on this machine.
func show(url string) act {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			_, err := chromedp.Navigate(url)(ctx, target)
			if err == nil || !strings.Contains(err.Error(), "ERR_NETWORK_CHANGED") {
				return chromedp.Void{}, err
			}
		}
	}
}

// press is a key with Ctrl held down.
func press(key string) act { return keyEvent(key, chromedp.ModifierCtrl) }

// keyEvent is keys with modifiers held down.
func keyEvent(keys string, modifiers ...chromedp.Modifier) act {
	return sent(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

// sent is input for which the browser's receipt is not waited for without end: where a
// frame's page goes away with a key or a click, it sometimes sends none. What comes of the
// input is for the acts after it to see.
func sent(input act) act {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		bounded, cancel := context.WithTimeout(ctx, patience/6)
		defer cancel()
		_, err := input(bounded, target)
		if bounded.Err() != nil && ctx.Err() == nil {
			err = nil
		}
		return chromedp.Void{}, err
	}
}

func pageText(window context.Context) string {
	ctx, cancel := context.WithTimeout(window, patience/10)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// jupyterFrame is the frame of Jupyter's page in ours around it, if that is what is shown.
const jupyterFrame = `document.querySelector('.bar-page iframe')`

// until waits until a JavaScript expression is true in the page, whatever page
// that is by then; in Jupyter's, where our page is around it.
func until(expression string) act {
	// Our own pages allow no eval.
	return untilHere(fmt.Sprintf(`(frame => frame ? frame.contentWindow.eval(%q) : (%s))(%s)`, expression, expression, jupyterFrame))
}

// untilHere is until in our page around Jupyter's, if there is one.
func untilHere(expression string) act {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		for {
			ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
			if err == nil && ok {
				return chromedp.Void{}, nil
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("in vain: %s: %w", expression, errors.Join(ctx.Err(), err))
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}

// placeInside finds the middle of what a selector finds in Jupyter's page, in ours or not.
func placeInside(selector string) string {
	return fmt.Sprintf(`(() => {
		const frame = %s, at = frame?.getBoundingClientRect() ?? {x: 0, y: 0};
		const found = (frame?.contentDocument ?? document).querySelector(%q);
		found?.scrollIntoView({block: 'nearest'});
		const box = found?.getBoundingClientRect();
		return box ? [at.x + box.x + box.width / 2, at.y + box.y + box.height / 2] : [];
	})()`, jupyterFrame, selector)
}

// clickInside clicks on what a selector finds in Jupyter's page, in ours or not.
func clickInside(selector string) act {
	where := placeInside(selector)
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		at, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](where))
		if err != nil || len(at) != 2 {
			return chromedp.Void{}, fmt.Errorf("click on %s: at %v, %w", selector, at, err)
		}
		return sent(chromedp.MouseClickXY(at[0], at[1]))(ctx, target)
	}
}

// kernelIdle is true once a notebook is shown and its kernel can be used.
const kernelIdle = `document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'`

// runCell runs the cell of that index, once the kernel is idle, and waits until it has run and its output holds text.
func runCell(t *testing.T, window context.Context, index int, text string) {
	t.Helper()
	see(t, window, fmt.Sprintf("before cell %d", index), until(kernelIdle))
	runCellNow(t, window, index, text)
}

// runCellNow is runCell, whatever the page says of the kernel.
func runCellNow(t *testing.T, window context.Context, index int, text string) {
	t.Helper()
	cell := fmt.Sprintf(".jp-Notebook .jp-Cell[data-windowed-list-index='%d']", index)
	ran := fmt.Sprintf(`(cell => cell && /\[\d+\]/.test(cell.querySelector('.jp-InputPrompt').innerText) &&
		cell.querySelector('.jp-Cell-outputArea').innerText.includes(%q))(document.querySelector(%q))`, text, cell)
	see(t, window, fmt.Sprintf("run cell %d", index), func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			// As a person does: who sees nothing happen, since the page was still
			// moving when they clicked, clicks again.
			try, cancel := context.WithTimeout(ctx, patience/20)
			err := chromedp.Do(try, clickInside(cell+" .cm-content"), press(kb.Enter), until(ran))
			cancel()
			if err == nil || ctx.Err() != nil {
				return chromedp.Void{}, err
			}
		}
	})
}
