package dev.eddy.artifact.onnx;

import dev.eddy.model.InvalidModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Weights that lie in a second file beside the model; nothing outside the model's folder is ever read. */
final class ExternalData {
    /** Tied weights share bytes, but not many times over. */
    private static final int MOST_READS = 4;

    private final Path folder;
    private final Map<Path, Long> read = new HashMap<>(); // bytes taken of each file

    /** @param folder the folder of the model; {@code null} where the model is not a file */
    ExternalData(Path folder) {
        this.folder = folder;
    }

    /** Reads the data of a tensor, which must be {@code wanted} bytes long. */
    ByteBuffer read(String tensor, Map<String, String> entry, long wanted) {
        String where = "tensor '" + Refusals.brief(tensor) + "' lies in the file '"
                + Refusals.brief(entry.getOrDefault("location", "")) + "', ";
        Path file = inside(where, entry.getOrDefault("location", ""));
        try (FileChannel channel = FileChannel.open(file)) {
            long offset = number(where, entry.getOrDefault("offset", "0"));
            long length = number(where, entry.getOrDefault("length", String.valueOf(wanted)));
            if (length != wanted || offset > channel.size() - length || length > Integer.MAX_VALUE - 16) {
                throw new InvalidModelException(where + "bytes " + offset + " to " + (offset + length)
                        + ", but it needs " + wanted + " bytes and the file has " + channel.size()
                        + "; is one of the two files damaged or of another export?");
            }
            if (read.merge(file, length, Long::sum) > MOST_READS * channel.size()) {
                throw new InvalidModelException(where + "of which too many tensors share the same bytes");
            }
            ByteBuffer data = ByteBuffer.allocate((int) length);
            while (data.hasRemaining() && channel.read(data, offset + data.position()) > 0) {
                // Goes on until all is read.
            }
            return data.flip();
        } catch (IOException e) {
            throw new InvalidModelException(where + "which cannot be read: " + e.getMessage(), e);
        }
    }

    private Path inside(String where, String location) {
        try {
            if (folder != null && !location.isEmpty()) {
                Path root = folder.toRealPath();
                Path file = root.resolve(location).normalize();
                if (!Path.of(location).isAbsolute()
                        && file.startsWith(root)
                        && Files.isRegularFile(file)
                        && file.toRealPath().startsWith(root)) {
                    return file;
                }
            }
        } catch (IOException | InvalidPathException e) {
            throw new InvalidModelException(where + "which cannot be opened: " + e.getMessage(), e);
        }
        throw new InvalidModelException(
                where + "which is not in the folder of the model; put it beside the model, under"
                        + " the name it was exported with");
    }

    private static long number(String where, String text) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new InvalidModelException(where + "at an unreadable place: " + Refusals.brief(text), e);
        }
        throw new InvalidModelException(where + "at a negative place");
    }
}
