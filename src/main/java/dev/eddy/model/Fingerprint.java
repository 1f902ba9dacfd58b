package dev.eddy.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** SHA-256 of a canonical model file: the identity of a model, whatever it is called. */
public final class Fingerprint {
    /** Length in bytes. */
    public static final int BYTES = 32;

    private final byte[] hash;
    private final String hex;

    private Fingerprint(byte[] hash) {
        this.hash = hash;
        this.hex = HexFormat.of().formatHex(hash);
    }

    /** The fingerprint of a file's bytes. */
    public static Fingerprint of(byte[] file) {
        try {
            return new Fingerprint(MessageDigest.getInstance("SHA-256").digest(file));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * A fingerprint read from a record.
     *
     * @throws IllegalArgumentException if it has not {@value #BYTES} bytes
     */
    public static Fingerprint ofHash(byte[] hash) {
        if (hash.length != BYTES) {
            throw new IllegalArgumentException("a fingerprint has " + BYTES + " bytes, this one " + hash.length);
        }
        return new Fingerprint(hash.clone());
    }

    /** The fingerprint in 64 hexadecimal digits. */
    public static Fingerprint ofHex(String hex) {
        return ofHash(HexFormat.of().parseHex(hex));
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return hash.clone();
    }

    /** Writes the first bytes of the hash. */
    public void copyTo(byte[] target, int offset, int length) {
        System.arraycopy(hash, 0, target, offset, length);
    }

    /** Whether the bytes at an offset are the first ones of this hash. */
    public boolean startsWith(byte[] source, int offset, int length) {
        return Arrays.equals(hash, 0, length, source, offset, offset + length);
    }

    /** The first twelve hexadecimal digits, for people. */
    public String brief() {
        return hex.substring(0, 12);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && Arrays.equals(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    /** The 64 hexadecimal digits. */
    @Override
    public String toString() {
        return hex;
    }
}
