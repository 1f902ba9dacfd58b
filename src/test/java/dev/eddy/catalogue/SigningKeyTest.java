package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.ModelSignature;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyTest {
    /** The pair of RFC 8410, section 10. */
    private static final String RFC_PRIVATE = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";

    private static final String RFC_PUBLIC = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

    @TempDir
    Path directory;

    @Test
    void shouldFindThePublicKeyOfAPrivateOne() throws IOException {
        SigningKey key = SigningKey.read(file("rfc.pem", pem("PRIVATE KEY", RFC_PRIVATE)));
        assertThat(key.publicPem()).contains(RFC_PUBLIC);
        assertThat(TrustedKeys.of(List.of(RFC_PUBLIC)).ids()).containsExactly(key.id());
        byte[] x509 = Base64.getDecoder().decode(RFC_PUBLIC);
        String raw = Base64.getEncoder().encodeToString(java.util.Arrays.copyOfRange(x509, 12, 44));
        assertThat(TrustedKeys.of(List.of(raw)).ids()).containsExactly(key.id());
    }

    @Test
    void shouldWriteAPairThatReadsBackAndNeverReplaceOne() throws IOException {
        Path privateFile = directory.resolve("k.pem");
        Path publicFile = directory.resolve("k.pub.pem");
        SigningKey key = SigningKey.generate();
        key.write(privateFile, publicFile);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(privateFile)))
                .isEqualTo("rw-------");
        assertThat(SigningKey.read(privateFile).id()).isEqualTo(key.id()).matches("[0-9a-f]{16}");
        assertThat(TrustedKeys.of(List.of(publicFile.toString())).ids()).containsExactly(key.id());

        assertThatThrownBy(() -> SigningKey.generate().write(privateFile, directory.resolve("x.pub.pem")))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> SigningKey.generate().write(directory.resolve("x.pem"), publicFile))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(directory.resolve("x.pem")).doesNotExist();
        assertThat(SigningKey.read(privateFile).id()).isEqualTo(key.id());
    }

    @Test
    void shouldSignTheTextThatIsDocumented() {
        ModelId id = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1).id();
        assertThat(new String(SignedText.of(id), StandardCharsets.US_ASCII))
                .isEqualTo("eddy-model-v1:m@1:" + id.fingerprint());
    }

    @Test
    void shouldSayWhatIsWrongWithAFileThatIsNoPrivateKey() throws Exception {
        assertNoSigner(file("a", "garbage"), "holds no private key in PEM", "eddy keygen");
        assertNoSigner(file("b", pem("PUBLIC KEY", RFC_PUBLIC)), "holds a public key; sign with the private one");
        assertNoSigner(file("c", pem("PRIVATE KEY", "AAAA")), "no unencrypted private key of the kind Ed25519");
        assertNoSigner(
                file("d", pem("PRIVATE KEY", rsa().getPrivate().getEncoded())),
                "no unencrypted private key of the kind Ed25519");
        assertThatThrownBy(() -> SigningKey.read(directory.resolve("none")))
                .isInstanceOf(java.nio.file.NoSuchFileException.class);
    }

    @Test
    void shouldSayWhatIsWrongWithATrustedKey() throws Exception {
        assertNotTrusted(directory.resolve("none").toString(), "is neither a file that exists nor a public key");
        assertNotTrusted(file("a", "garbage").toString(), "holds no public key in PEM");
        assertNotTrusted(
                file("b", pem("PRIVATE KEY", RFC_PRIVATE)).toString(), "holds a private key; name the public one");
        assertNotTrusted(file("c", pem("PUBLIC KEY", "AAAA")).toString(), "is no Ed25519 public key");
        assertNotTrusted(
                file("d", pem("PUBLIC KEY", rsa().getPublic().getEncoded())).toString(), "is no Ed25519 public key");
        assertNotTrusted("AAAA", "is no Ed25519 public key");
        assertNotTrusted(directory.toString(), "cannot be read");
        assertNotTrusted(" ", "empty place");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 1000})
    void shouldTakeNoGarbageForASignature(int length) {
        SigningKey key = SigningKey.generate();
        TrustedKeys keys = trusting(key);
        ModelSignature garbage = new ModelSignature(key.id(), ByteBuffer.wrap(new byte[length]));
        ModelManifest manifest =
                ControlRecords.manifestOf(TestModels.predictor("m", "1", CellKind.LSTM, 4, 1), 0, List.of(garbage));
        assertThat(keys.isRight(manifest, garbage)).isFalse();
    }

    static TrustedKeys trusting(SigningKey... keys) {
        return TrustedKeys.of(java.util.Arrays.stream(keys)
                .map(key -> key.publicPem().replaceAll("-----[^-]*-----|\\s", ""))
                .toList());
    }

    private static void assertNotTrusted(String entry, String message) {
        assertThatThrownBy(() -> TrustedKeys.of(List.of(entry)))
                .isInstanceOf(BadKeyException.class)
                .hasMessageContaining(message);
    }

    private static void assertNoSigner(Path file, String... message) {
        assertThatThrownBy(() -> SigningKey.read(file))
                .isInstanceOf(BadKeyException.class)
                .hasMessageContainingAll(message);
    }

    private static java.security.KeyPair rsa() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static String pem(String label, byte[] content) {
        return pem(label, Base64.getEncoder().encodeToString(content));
    }

    private static String pem(String label, String base64) {
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
