package otp_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/otp"
)

var usualLabel = otp.Label{Issuer: "Example Telecom", Account: "steve@example.com"}

// scan returns what zbarimg reads in a PNG, byte for byte.
func scan(t *testing.T, zbarimg string, picture []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "code.png")
	require.NoError(t, os.WriteFile(path, picture, 0o600))
	out, err := exec.Command(zbarimg, "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", path).Output()
	require.NoError(t, err, "zbarimg read no code")
	read, ok := strings.CutSuffix(string(out), "\n")
	require.True(t, ok)
	return read
}

// rasterize draws a terminal's text as it would look there: each character two
// squares high, in the colours of that terminal, with a border of background.
func rasterize(t *testing.T, text string, terminal otp.Terminal) []byte {
	t.Helper()
	const side, border = 4, 10
	background, foreground := color.Gray{0x10}, color.Gray{0xe0}
	if terminal == otp.LightTerminal {
		background, foreground = color.Gray{0xff}, color.Gray{0x20}
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	width := utf8.RuneCountInString(lines[0])
	picture := image.NewGray(image.Rect(0, 0, (width+2*border)*side, (2*len(lines)+2*border)*side))
	for i := range picture.Pix {
		picture.Pix[i] = background.Y
	}
	square := func(column, row int) {
		for y := range side {
			for x := range side {
				picture.SetGray((column+border)*side+x, (row+border)*side+y, foreground)
			}
		}
	}
	for row, line := range lines {
		require.Equal(t, width, utf8.RuneCountInString(line), "line %d", row)
		for column, r := range []rune(line) {
			require.Contains(t, " ▀▄█", string(r))
			if r == '▀' || r == '█' {
				square(column, 2*row)
			}
			if r == '▄' || r == '█' {
				square(column, 2*row+1)
			}
		}
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, picture))
	return out.Bytes()
}

func TestZbarimgReadsTheURI(t *testing.T) {
	t.Parallel()
	zbarimg := tool(t, "zbarimg", "zbar-tools")
	key := newKey(t, "zbar")
	long := parseKey(t, base32Std([]byte(strings.Repeat("0123456789abcdef", 4))))
	scales := []int{2, 3, 8, otp.MaxScale}
	if testing.Short() {
		scales = []int{3}
	}
	for name, c := range map[string]struct {
		key   otp.Key
		label otp.Label
	}{
		"usual":    {key, usualLabel},
		"shortest": {key, otp.Label{Issuer: "A", Account: "b"}},
		"escapes":  {key, otp.Label{Issuer: "A&B=C+D/E?F#G%H", Account: "realm:o'neil+x@example.com"}},
		"unicode":  {key, otp.Label{Issuer: "Žižkov 中文", Account: "josé😀"}},
		"longest": {long, otp.Label{
			Issuer: strings.Repeat("é", otp.MaxIssuerLength/2), Account: strings.Repeat("é", otp.MaxAccountLength/2),
		}},
	} {
		uri, err := c.key.URI(c.label)
		require.NoError(t, err)
		code, err := c.key.QR(c.label)
		require.NoError(t, err)
		for _, scale := range scales {
			picture, err := code.PNG(scale)
			require.NoError(t, err)
			assert.Equal(t, uri, scan(t, zbarimg, picture), "%s at scale %d", name, scale)
		}
		for _, terminal := range []otp.Terminal{otp.DarkTerminal, otp.LightTerminal} {
			picture := rasterize(t, code.Text(terminal), terminal)
			assert.Equal(t, uri, scan(t, zbarimg, picture), "%s on terminal %d", name, terminal)
		}
	}
}

// Every length of account gives another filling of a code, and many versions of
// code: the encoder's tables are checked along the way.
func TestZbarimgReadsEveryLength(t *testing.T) {
	t.Parallel()
	zbarimg := tool(t, "zbarimg", "zbar-tools")
	stride := count(64, 16, 1)
	for length := 1; length <= otp.MaxAccountLength; length += stride {
		key := newKey(t, fmt.Sprint("length ", length))
		for _, letter := range []string{"x", "@"} { // as it is, and percent-encoded
			label := otp.Label{Issuer: "Example", Account: strings.Repeat(letter, length)}
			uri, err := key.URI(label)
			require.NoError(t, err)
			code, err := key.QR(label)
			require.NoError(t, err)
			picture, err := code.PNG(4)
			require.NoError(t, err)
			require.Equal(t, uri, scan(t, zbarimg, picture), "%d times %q", length, letter)
		}
	}
}

// Were zbarimg to read negatives, it could not tell the two terminals apart.
func TestZbarimgReadsNothingOnTheWrongTerminal(t *testing.T) {
	t.Parallel()
	zbarimg := tool(t, "zbarimg", "zbar-tools")
	code, err := newKey(t, "wrong terminal").QR(usualLabel)
	require.NoError(t, err)
	for drawn, shown := range map[otp.Terminal]otp.Terminal{otp.DarkTerminal: otp.LightTerminal, otp.LightTerminal: otp.DarkTerminal} {
		path := filepath.Join(t.TempDir(), "code.png")
		require.NoError(t, os.WriteFile(path, rasterize(t, code.Text(drawn), shown), 0o600))
		out, err := exec.Command(zbarimg, "--quiet", "--raw", "--nodbus", path).Output()
		require.Error(t, err)
		assert.Empty(t, out)
	}
}

func TestTextOnTheWrongTerminalIsItsNegative(t *testing.T) {
	t.Parallel()
	code, err := newKey(t, "negative").QR(usualLabel)
	require.NoError(t, err)
	dark, light := code.Text(otp.DarkTerminal), code.Text(otp.LightTerminal)
	swap := strings.NewReplacer(" ", "█", "█", " ", "▀", "▄", "▄", "▀")
	darkLines, lightLines := strings.Split(dark, "\n"), strings.Split(light, "\n")
	require.Equal(t, len(darkLines), len(lightLines))
	last := len(darkLines) - 2 // below the last row there is nothing to swap
	for i := range last {
		assert.Equal(t, swap.Replace(lightLines[i]), darkLines[i])
	}
	assert.Equal(t, strings.Repeat("▀", utf8.RuneCountInString(darkLines[last])), darkLines[last])
	assert.Equal(t, strings.Repeat(" ", utf8.RuneCountInString(lightLines[last])), lightLines[last])
}

func TestTextHasTheSizeAndQuietZoneThatItsCommentSays(t *testing.T) {
	t.Parallel()
	code, err := newKey(t, "size").QR(usualLabel)
	require.NoError(t, err)
	lines := strings.SplitAfter(code.Text(otp.LightTerminal), "\n")
	assert.Empty(t, lines[len(lines)-1])
	lines = lines[:len(lines)-1]
	assert.Len(t, lines, 29)
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\n")
		assert.Equal(t, 57, utf8.RuneCountInString(line))
		if i < 2 || i >= len(lines)-2 {
			assert.Empty(t, strings.TrimSpace(line), "line %d is quiet", i)
		}
		assert.True(t, strings.HasPrefix(line, "    ") && strings.HasSuffix(line, "    "), "line %d", i)
	}
}

func TestPNG(t *testing.T) {
	t.Parallel()
	code, err := newKey(t, "png").QR(usualLabel)
	require.NoError(t, err)
	raw, err := code.PNG(8)
	require.NoError(t, err)
	picture, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	assert.Equal(t, image.Rect(0, 0, 57*8, 57*8), picture.Bounds())
	again, err := code.PNG(8)
	require.NoError(t, err)
	assert.Equal(t, raw, again)
	for i := range 57 * 8 { // the quiet zone, and the corner of the first finder
		for margin := range 4 * 8 {
			assert.Equal(t, color.RGBAModel.Convert(color.White), color.RGBAModel.Convert(picture.At(i, margin)))
		}
	}
	assert.Equal(t, color.RGBAModel.Convert(color.Black), color.RGBAModel.Convert(picture.At(4*8, 4*8)))
	for _, scale := range []int{-1, 0, otp.MaxScale + 1, 1 << 40} {
		_, err := code.PNG(scale)
		require.ErrorContains(t, err, fmt.Sprintf("scale %d: want 1 to 16 pixels", scale))
	}
}

// zbarimg reads mirrored codes too; other readers do not. One module is dark in
// every code and has another meaning in its mirror image: ISO/IEC 18004:2015
// §7.9.1, column 8, in the row above the format information beside the lower
// left finder.
func TestPNGIsNotMirrored(t *testing.T) {
	t.Parallel()
	lightInMirror := false
	for i := range 30 {
		code, err := newKey(t, fmt.Sprint("mirror ", i)).QR(usualLabel)
		require.NoError(t, err)
		raw, err := code.PNG(1)
		require.NoError(t, err)
		picture, err := png.Decode(bytes.NewReader(raw))
		require.NoError(t, err)
		dark := func(column, row int) bool {
			return color.GrayModel.Convert(picture.At(4+column, 4+row)) == color.Gray{0}
		}
		require.True(t, dark(8, 49-8), "key %d", i)
		lightInMirror = lightInMirror || !dark(49-8, 8)
	}
	assert.True(t, lightInMirror, "the keys do not tell a code from its mirror image")
}

func TestLargestPNGStaysWithinMaxScalesPromise(t *testing.T) {
	t.Parallel()
	long := parseKey(t, base32Std(bytes.Repeat([]byte("0123456789abcdef"), 4)))
	code, err := long.QR(otp.Label{
		Issuer: strings.Repeat("é", otp.MaxIssuerLength/2), Account: strings.Repeat("é", otp.MaxAccountLength/2),
	})
	require.NoError(t, err)
	raw, err := code.PNG(1)
	require.NoError(t, err)
	config, err := png.DecodeConfig(bytes.NewReader(raw))
	require.NoError(t, err)
	assert.Less(t, config.Width*otp.MaxScale, 2400)
	assert.Equal(t, config.Width, config.Height)
}

func TestZeroQR(t *testing.T) {
	t.Parallel()
	_, err := otp.QR{}.PNG(8)
	require.ErrorContains(t, err, "the QR code is empty")
	assert.Empty(t, otp.QR{}.Text(otp.DarkTerminal))
}

// The encoder works with goroutines inside. None may outlive the call: a bubble
// ends only when all in it have, and fails otherwise.
func TestQRLeavesNoGoroutine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for length := 1; length <= otp.MaxAccountLength; length += 50 {
			_, err := newKey(t, "goroutines").QR(otp.Label{Issuer: "Example", Account: strings.Repeat("x", length)})
			require.NoError(t, err)
		}
	})
}
