package dev.eddy.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Record keys, which are opaque bytes, as text. */
public final class KeyText {
    private static final char REPLACEMENT = '\uFFFD';

    private KeyText() {}

    /** The key as UTF-8 text; {@code base64:…} where it is none. */
    public static String of(byte[] key) {
        // Fast, but replaces what is malformed; then, or where the key itself has the replacement, the strict way
        // decides.
        String text = new String(key, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : strictly(key);
    }

    private static String strictly(byte[] key) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(key))
                    .toString();
        } catch (CharacterCodingException e) {
            return "base64:" + Base64.getEncoder().encodeToString(key);
        }
    }
}
