package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SameBitsTest {
    private static final String MODULE = "jdk.incubator.vector";

    @Test
    void shouldGiveTheSameBitsInEveryKernelAndEveryBatch() throws IOException {
        for (ModelFile model : NetworkBits.models()) {
            List<float[]> expected = NetworkBits.alone(NetworkBits.network(model, Kernels.scalar()), 4);
            for (Kernel kernel : List.of(Kernels.scalar(), Kernels.best())) {
                Network network = NetworkBits.network(model, kernel);
                assertSame(NetworkBits.alone(network, 4), expected, kernel.name() + ", " + model.id());
                for (int batch : NetworkBits.batches()) {
                    assertSame(
                            NetworkBits.inBatches(network, 4, batch),
                            expected,
                            kernel.name() + ", " + batch + " keys, " + model.id());
                }
            }
        }
    }

    private static void assertSame(List<float[]> got, List<float[]> expected, String what) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(got.get(i)).as(what).containsExactly(expected.get(i));
        }
    }

    /** Registers of all widths of this machine, none, and every Java there is. */
    @Test
    void shouldGiveTheSameBitsInEveryJvm() throws IOException, InterruptedException {
        Map<String, String> hashes = new LinkedHashMap<>();
        for (Path java : javas()) {
            hashes.put(java + ", scalar", hash(java, List.of()));
            hashes.put(java + ", widest", hash(java, List.of("--add-modules", MODULE)));
            for (String width : List.of("2", "3")) {
                hashes.put(
                        java + ", AVX " + width, hash(java, List.of("--add-modules", MODULE, "-XX:UseAVX=" + width)));
            }
        }

        assertThat(hashes.values().stream().distinct()).as(hashes.toString()).hasSize(1);
    }

    /** That of this JVM, and others where distributions put them. */
    private static List<Path> javas() throws IOException {
        Path own = Path.of(System.getProperty("java.home"), "bin", "java");
        List<Path> javas = new ArrayList<>(List.of(own));
        Path shared = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(shared)) {
            try (Stream<Path> homes = Files.list(shared)) {
                for (Path home : homes.sorted().toList()) {
                    Path java = home.resolve("bin").resolve("java");
                    boolean known = javas.stream().anyMatch(other -> sameFile(other, java));
                    if (Files.isExecutable(java) && !known) {
                        javas.add(java);
                    }
                }
            }
        }
        return javas;
    }

    private static boolean sameFile(Path one, Path other) {
        try {
            return Files.exists(other) && Files.isSameFile(one, other);
        } catch (IOException e) {
            return false;
        }
    }

    /** The hash of {@link NetworkBits} in a JVM of its own; options that this machine's JVM does not know are left out. */
    private static String hash(Path java, List<String> flags) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(java.toString(), "-Xmx512m", "-XX:+IgnoreUnrecognizedVMOptions"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NetworkBits.class.getName()));
        Path errors = Files.createTempFile("same-bits", ".err");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
            return output.strip().substring(output.strip().lastIndexOf(' ') + 1);
        } finally {
            Files.delete(errors);
        }
    }
}
