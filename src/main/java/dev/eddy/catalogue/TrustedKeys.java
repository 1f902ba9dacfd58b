package dev.eddy.catalogue;

import dev.eddy.model.Fingerprint;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.ModelSignature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The public keys whose signatures count. Where there are none, models need no signature. Immutable. */
public final class TrustedKeys {
    /** No key: models need no signature. */
    public static final TrustedKeys NONE = new TrustedKeys(Map.of());

    /** More signatures than anybody needs; each costs time to check. */
    private static final int MAX_SIGNATURES = 32;
    /** The X.509 encoding of an Ed25519 key is this and its 32 bytes (RFC 8410). */
    private static final byte[] X509_PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

    private static final int RAW_BYTES = 32;

    private final Map<String, PublicKey> keys; // by id

    private TrustedKeys(Map<String, PublicKey> keys) {
        this.keys = Map.copyOf(keys);
    }

    /**
     * Reads keys.
     *
     * @param entries each a PEM file of one or more public keys, or one in base64: X.509, or its 32 bytes alone
     * @throws BadKeyException if one is no Ed25519 public key
     */
    public static TrustedKeys of(List<String> entries) {
        Map<String, PublicKey> keys = new TreeMap<>();
        for (String entry : entries) {
            for (PublicKey key : read(entry)) {
                keys.put(KeyFiles.id(key), key);
            }
        }
        return new TrustedKeys(keys);
    }

    private static List<PublicKey> read(String entry) {
        try {
            if (entry.isBlank()) {
                throw new BadKeyException("it has an empty place in its list", null);
            }
            if (isFile(entry)) {
                return ofFile(entry);
            }
            byte[] bytes = Base64.getDecoder().decode(entry);
            return List.of(KeyFiles.publicKey(bytes.length == RAW_BYTES ? x509(bytes) : bytes));
        } catch (GeneralSecurityException e) {
            throw new BadKeyException(
                    "'" + entry + "' holds a key that is no Ed25519 public key; make a pair with 'eddy keygen'", e);
        } catch (IllegalArgumentException e) {
            throw new BadKeyException("'" + entry + "' is neither a file that exists nor a public key in base64", e);
        } catch (IOException e) {
            throw new BadKeyException("the file " + entry + " cannot be read (" + e + ")", e);
        }
    }

    private static boolean isFile(String entry) {
        try {
            return Files.exists(Path.of(entry));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static List<PublicKey> ofFile(String file) throws IOException, GeneralSecurityException {
        String text = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.ISO_8859_1);
        List<PublicKey> found = new ArrayList<>();
        for (KeyFiles.Block block : KeyFiles.blocks(text)) {
            if (block.label().endsWith(KeyFiles.PRIVATE)) {
                throw new BadKeyException(
                        "the file " + file + " holds a private key; name the public one, and keep the private one where"
                                + " models are signed",
                        null);
            }
            found.add(KeyFiles.publicKey(block.content()));
        }
        if (found.isEmpty()) {
            throw new BadKeyException(
                    "the file " + file + " holds no public key in PEM; make a pair with 'eddy keygen'", null);
        }
        return found;
    }

    private static byte[] x509(byte[] raw) {
        byte[] encoded = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + raw.length);
        System.arraycopy(raw, 0, encoded, X509_PREFIX.length, raw.length);
        return encoded;
    }

    /** Whether models need a signature. */
    public boolean areRequired() {
        return !keys.isEmpty();
    }

    /** The keys' ids. */
    public SortedSet<String> ids() {
        return new TreeSet<>(keys.keySet());
    }

    /**
     * Checks who vouches for a model.
     *
     * @return ids of the trusted keys with a right signature; empty only if no key is trusted
     * @throws InvalidModelException if signatures are required and none is right
     */
    List<String> check(ModelManifest manifest) {
        List<ModelSignature> signatures = manifest.getSignatures();
        if (signatures.size() > MAX_SIGNATURES) {
            throw new InvalidModelException(
                    "the model has " + signatures.size() + " signatures; up to " + MAX_SIGNATURES + " are read");
        }
        List<String> right = signatures.stream()
                .filter(signature -> isRight(manifest, signature))
                .map(ModelSignature::getKeyId)
                .distinct()
                .sorted()
                .toList();
        if (areRequired() && right.isEmpty()) {
            throw new InvalidModelException(refusal(signatures));
        }
        return right;
    }

    /** Whether a signature was made with the trusted key it names, and for this name, version and content. */
    public boolean isRight(ModelManifest manifest, ModelSignature signature) {
        PublicKey key = keys.get(signature.getKeyId());
        if (key == null) {
            return false;
        }
        ModelId id = new ModelId(
                manifest.getName(),
                manifest.getVersion(),
                Fingerprint.ofHash(manifest.getFingerprint().bytes()));
        byte[] bytes = new byte[signature.getSignature().remaining()];
        signature.getSignature().duplicate().get(bytes);
        try {
            return SigningKey.verifies(key, SignedText.of(id), bytes);
        } catch (GeneralSecurityException e) {
            return false; // Bytes of another length, or no point of the curve.
        }
    }

    private String refusal(List<ModelSignature> signatures) {
        String advice = "; sign it with 'eddy publish --sign KEY.pem', with the key " + String.join(" or ", ids());
        if (signatures.isEmpty()) {
            return "the model is not signed, and eddy.model.trusted.keys asks for a signature" + advice;
        }
        List<String> wrong = signatures.stream()
                .map(ModelSignature::getKeyId)
                .filter(keys::containsKey)
                .distinct()
                .toList();
        if (!wrong.isEmpty()) {
            return "the signature of key " + String.join(", ", wrong)
                    + " is wrong: it was made for another name, version or content" + advice;
        }
        return "the model is signed by key "
                + signatures.stream()
                        .map(signature -> printable(signature.getKeyId()))
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(", "))
                + ", which eddy.model.trusted.keys does not name" + advice;
    }

    /** An id as it stands in a record that anybody may have written. */
    public static String printable(String id) {
        String clean = id.replaceAll("[^0-9A-Za-z]", "?");
        return clean.substring(0, Math.min(clean.length(), KeyFiles.ID_DIGITS));
    }
}
