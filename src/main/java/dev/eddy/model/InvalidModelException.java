package dev.eddy.model;

/**
 * A model, model file or model spec that cannot be used; the message says in one line what is wrong and what to do. Names out of
 * damaged files may hold anything: control characters in them are shown as question marks.
 */
public class InvalidModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidModelException(String message) {
        super(printable(message));
    }

    public InvalidModelException(String message, Throwable cause) {
        super(printable(message), cause);
    }

    private static String printable(String message) {
        return message == null ? null : message.replaceAll("\\p{Cntrl}", "?");
    }
}
