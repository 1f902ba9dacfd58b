package dev.eddy.catalogue;

import dev.eddy.model.ModelId;
import java.nio.charset.StandardCharsets;

/**
 * What a signature of a model is made over: the ASCII text {@code eddy-model-v1:NAME@VERSION:FINGERPRINT}, the fingerprint in
 * 64 lower-case hexadecimal digits, without a line end. Names and versions hold neither {@code @} nor {@code :}, so no two
 * models have the same text.
 */
final class SignedText {
    private static final String PREFIX = "eddy-model-v1:";

    private SignedText() {}

    static byte[] of(ModelId id) {
        return (PREFIX + id.label() + ":" + id.fingerprint()).getBytes(StandardCharsets.UTF_8);
    }
}
