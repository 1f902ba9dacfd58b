package dev.eddy.catalogue;

import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelSignature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.util.List;

/** A private Ed25519 key with which models are signed. */
public final class SigningKey {
    private static final int SEED_BYTES = 32;

    private final PrivateKey secret;
    private final PublicKey open;

    private SigningKey(PrivateKey secret, PublicKey open) {
        this.secret = secret;
        this.open = open;
    }

    /** A new key. */
    public static SigningKey generate() {
        return of(new SecureRandom());
    }

    private static SigningKey of(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(KeyFiles.ALGORITHM);
            generator.initialize(SEED_BYTES * Byte.SIZE - 1, random);
            KeyPair pair = generator.generateKeyPair();
            return new SigningKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform has no Ed25519", e);
        }
    }

    /**
     * Reads a private key, PKCS#8 in PEM, as {@code eddy keygen} and {@code openssl genpkey} write it.
     *
     * @throws BadKeyException if the file holds none
     */
    public static SigningKey read(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        try {
            List<KeyFiles.Block> blocks = KeyFiles.blocks(text);
            for (KeyFiles.Block block : blocks) {
                if (block.label().equals(KeyFiles.PRIVATE)) {
                    return withPublicKey(KeyFiles.privateKey(block.content()));
                }
            }
            boolean isPublic = blocks.stream().anyMatch(block -> block.label().equals(KeyFiles.PUBLIC));
            throw new BadKeyException(
                    file
                            + (isPublic
                                    ? " holds a public key; sign with the private one"
                                    : " holds no private key in PEM")
                            + "; make a pair with 'eddy keygen'",
                    null);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new BadKeyException(
                    file + " holds no unencrypted private key of the kind Ed25519; make one with 'eddy keygen'", e);
        }
    }

    /** PKCS#8 leaves the public key out. The private one is the seed it was made from: made again, it gives both. */
    private static SigningKey withPublicKey(PrivateKey secret) throws GeneralSecurityException {
        byte[] seed = ((EdECPrivateKey) secret)
                .getBytes()
                .orElseThrow(() -> new GeneralSecurityException("the private key cannot be read"));
        SigningKey both = of(new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(seed, 0, bytes, 0, bytes.length);
            }
        });
        byte[] text = {1};
        if (!verifies(both.open, text, sign(secret, text))) {
            throw new GeneralSecurityException("the public key cannot be found");
        }
        return both;
    }

    /**
     * Writes the pair: {@code NAME.pem}, which only its owner can read, and {@code NAME.pub.pem}.
     *
     * @throws java.nio.file.FileAlreadyExistsException if one of the files is there
     */
    public void write(Path privateFile, Path publicFile) throws IOException {
        for (Path file : List.of(privateFile, publicFile)) {
            if (Files.exists(file)) {
                throw new java.nio.file.FileAlreadyExistsException(file.toString());
            }
        }
        boolean posix =
                privateFile.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownersOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Files.createFile(privateFile, ownersOnly);
        Files.writeString(privateFile, KeyFiles.pem(KeyFiles.PRIVATE, secret.getEncoded()));
        Files.writeString(publicFile, publicPem(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** The public key, X.509 in PEM. */
    public String publicPem() {
        return KeyFiles.pem(KeyFiles.PUBLIC, open.getEncoded());
    }

    /** The short name of the key. */
    public String id() {
        return KeyFiles.id(open);
    }

    /** The signature of a model. */
    public ModelSignature sign(ModelId model) {
        try {
            return new ModelSignature(id(), ByteBuffer.wrap(sign(secret, SignedText.of(model))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key does not sign", e);
        }
    }

    private static byte[] sign(PrivateKey key, byte[] text) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(KeyFiles.ALGORITHM);
        signature.initSign(key);
        signature.update(text);
        return signature.sign();
    }

    static boolean verifies(PublicKey key, byte[] text, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(KeyFiles.ALGORITHM);
        signature.initVerify(key);
        signature.update(text);
        return signature.verify(signed);
    }
}
