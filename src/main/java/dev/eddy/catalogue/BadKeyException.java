package dev.eddy.catalogue;

/** A file or text that should be a key and is not one; the message is one sentence that says what to do. */
public final class BadKeyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadKeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
