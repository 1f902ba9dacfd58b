package dev.eddy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlushGroupTest {
    private final FlushGroup group = new FlushGroup();
    private final List<String> flushed = new ArrayList<>();

    @Test
    void shouldFlushTheTasksOfItsThread() throws InterruptedException {
        Runnable first = () -> flushed.add("first");
        group.join(first);
        group.join(() -> flushed.add("second"));
        Thread other = new Thread(() -> {
            group.join(() -> flushed.add("of another thread"));
            group.leave(first); // it is none of its own
        });
        other.start();
        other.join();
        group.flush();
        assertThat(flushed).containsExactly("first", "second");
        group.leave(first);
        group.flush();
        assertThat(flushed).containsExactly("first", "second", "second");
    }
}
