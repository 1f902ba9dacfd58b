package dev.eddy.app.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.app.OperationFailedException;
import dev.eddy.testing.TestKafka;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
    @Test
    void shouldKeepRecordsAcrossARestartOnTheSameDirectory(@TempDir Path directory) throws IOException {
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, directory)) {
            TestKafka kafka = broker::bootstrapServers;
            kafka.createTopics(2, "kept");
            kafka.produce("kept", "a", "first", 1_000);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, directory)) {
            TestKafka kafka = broker::bootstrapServers;
            kafka.produce("kept", "a", "second", 2_000);

            assertThat(kafka.consume("kept", 2))
                    .extracting(read -> TestKafka.text(read.value()))
                    .containsExactly("first", "second");
        }
    }

    @Test
    void shouldDeleteItsTemporaryDirectoryWhenClosed() throws IOException {
        EmbeddedBroker broker = EmbeddedBroker.start();
        assertThat(broker.directory()).isDirectory();

        broker.close();
        broker.close();

        assertThat(broker.directory()).doesNotExist();
    }

    @Test
    void shouldNameAPortThatIsInUse(@TempDir Path directory) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedBroker.start(taken.getLocalPort(), directory))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldRefuseADirectoryThatAnotherBrokerUses(@TempDir Path directory) throws IOException {
        try (EmbeddedBroker broker = EmbeddedBroker.start(0, directory)) {
            assertThatThrownBy(() -> EmbeddedBroker.start(0, directory))
                    .isInstanceOf(OperationFailedException.class)
                    .hasMessageContaining("in use by another broker");
            assertThat(broker.port()).isPositive();
        }
    }

    @Test
    void shouldRefuseADirectoryOfSomethingElse(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("thesis.tex"), "precious");

        assertThatThrownBy(() -> EmbeddedBroker.start(0, directory))
                .isInstanceOf(OperationFailedException.class)
                .hasMessageContaining("neither empty nor a broker's");
    }
}
