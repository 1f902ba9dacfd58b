package dev.eddy.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Record keys, which are opaque bytes, as text. */
public final class KeyText {
    private static final char REPLACEMENT = '\uFFFD';

    private static final String BASE64 = "base64:";

    private KeyText() {}

    /** The key as UTF-8 text; {@code base64:…} where it is none. */
    public static String of(byte[] key) {
        // Fast, but replaces what is malformed; then, or where the key itself has the replacement, the strict way
        // decides.
        String text = new String(key, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : strictly(key);
    }

    /**
     * The key of a text that {@link #of} gave: its UTF-8, or the bytes after {@code base64:} where these are no UTF-8
     * themselves, as then they had been written as they are.
     */
    public static byte[] bytes(String text) {
        if (text.startsWith(BASE64)) {
            try {
                byte[] key = Base64.getDecoder().decode(text.substring(BASE64.length()));
                if (of(key).equals(text)) {
                    return key;
                }
            } catch (IllegalArgumentException e) {
                // Not Base64: a text that happens to begin so.
                return text.getBytes(StandardCharsets.UTF_8);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String strictly(byte[] key) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(key))
                    .toString();
        } catch (CharacterCodingException e) {
            return BASE64 + Base64.getEncoder().encodeToString(key);
        }
    }
}
